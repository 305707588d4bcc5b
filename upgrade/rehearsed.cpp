#include "upgrade/rehearsed.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade {

using nlohmann::json;

namespace {

std::string file_of(const cluster::Layout& layout) {
    return layout.state_file("rehearsed.json");
}

std::optional<Rehearsed> read(const std::string& file, const std::string& from,
                              const std::string& to) {
    const json value = json::parse(platform::read_file(file));
    if (value.at("from") != from || value.at("to") != to)
        return std::nullopt;
    return Rehearsed{value.at("when"),    from, to, value.at("mode"), value.at("passed"),
                     measured_from(value)};
}

} // namespace

json json_of(const Rehearsed& rehearsed) {
    json value = json_of(rehearsed.measured);
    value.update({{"kind", "rehearsed"},
                  {"format", 1},
                  {"when", rehearsed.when},
                  {"from", rehearsed.from},
                  {"to", rehearsed.to},
                  {"mode", rehearsed.mode},
                  {"passed", rehearsed.passed}});
    return value;
}

std::string keep_rehearsed(const cluster::Layout& layout, const Rehearsed& rehearsed) {
    platform::write_file(file_of(layout), json_of(rehearsed).dump(2) + "\n", 0600);
    return file_of(layout);
}

Recalled recall(const cluster::Layout& layout, const std::string& from, const std::string& to) {
    const std::string file = file_of(layout);
    const auto damaged = [&](const std::string& why) {
        return Recalled{
            std::nullopt,
            {{"rehearsal-record", engine::Severity::warning,
              fmt::format("{} cannot be used: {}", file, why), "what a rehearsal has measured",
              fmt::format("rehearse again: locum rehearse OLD NEW --from-productive {}",
                          layout.root.empty() ? "/" : layout.root),
              true}}};
    };
    try {
        if (!platform::exists(file))
            return {};
        return {read(file, from, to), {}};
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
