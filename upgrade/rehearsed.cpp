#include "upgrade/rehearsed.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <utility>

namespace locum::upgrade {

using nlohmann::json;

namespace {

std::string file_of(const cluster::Layout& layout) {
    return layout.state_file("rehearsed.json");
}

// Of an earlier Locum's the hashes are missing.
Rehearsed read(const json& value) {
    return {value.at("when"),
            {value.at("from"), value.value("from-sha256", "")},
            {value.at("to"), value.value("to-sha256", "")},
            value.at("mode"),
            value.at("passed"),
            measured_from(value)};
}

} // namespace

json json_of(const Rehearsed& rehearsed) {
    json value = json_of(rehearsed.measured);
    value.update({{"kind", "rehearsed"},
                  {"format", 1},
                  {"when", rehearsed.when},
                  {"from", rehearsed.from.version},
                  {"from-sha256", rehearsed.from.sha256},
                  {"to", rehearsed.to.version},
                  {"to-sha256", rehearsed.to.sha256},
                  {"mode", rehearsed.mode},
                  {"passed", rehearsed.passed}});
    return value;
}

std::string keep_rehearsed(const cluster::Layout& layout, const Rehearsed& rehearsed) {
    platform::write_file(file_of(layout), json_of(rehearsed).dump(2) + "\n", 0600);
    return file_of(layout);
}

Recalled recall(const cluster::Layout& layout, const Build& from, const Build& to) {
    const std::string file = file_of(layout);
    const auto warning = [&](const std::string& found, const std::string& expected) {
        return Recalled{std::nullopt,
                        {{"rehearsal-record", engine::Severity::warning, found, expected,
                          fmt::format("rehearse again: locum rehearse OLD NEW --from-productive {}",
                                      layout.root.empty() ? "/" : layout.root),
                          true}}};
    };
    const auto damaged = [&](const std::string& why) {
        return warning(fmt::format("{} cannot be used: {}", file, why),
                       "what a rehearsal has measured");
    };
    try {
        if (!platform::exists(file))
            return {};
        Rehearsed rehearsed = read(json::parse(platform::read_file(file)));
        if (rehearsed.from.version != from.version || rehearsed.to.version != to.version)
            return {};
        for (const auto& [one, wanted] :
             {std::pair{&rehearsed.from, &from}, std::pair{&rehearsed.to, &to}})
            if (*one != *wanted)
                return warning(
                    fmt::format("what was rehearsed on {} is {} of {}", rehearsed.when,
                                one->sha256.empty() ? "an unknown build" : "another build",
                                one->version),
                    "the bundle that is installed, and this one");
        return {std::move(rehearsed), {}};
    } catch (const json::exception& error) {
        return damaged(error.what());
    } catch (const engine::Error& error) {
        return damaged(error.one_line());
    }
}

std::vector<std::string> to_lines(const Rehearsed& rehearsed) {
    std::vector<std::string> lines = to_lines(rehearsed.measured);
    lines.front() = fmt::format("{} on {}, {}: {}", rehearsed.passed ? "held" : "did not hold",
                                rehearsed.when, rehearsed.mode, lines.front());
    return lines;
}

} // namespace locum::upgrade
