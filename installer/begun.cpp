#include "installer/begun.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace locum::installer {

using nlohmann::json;

namespace {

constexpr const char* file = "installation.json";

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

std::string Begun::input_hash() const {
    return platform::sha256_hex(answers_text + manifest);
}

std::optional<Begun> Begun::load(const cluster::Layout& layout) {
    const std::string path = layout.state_file(file);
    if (!platform::exists(path))
        return std::nullopt;
    try {
        const json value = json::parse(platform::read_file(path));
        return Begun{value.at("operation"),    value.at("bundle"),
                     value.at("manifest"),     value.at("answers-file"),
                     value.at("answers-text"), value.at("folders").get<std::vector<std::string>>()};
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is damaged: {}", path, error.what()),
                            engine::Kind::needs_attention)
            .remedy("compare it with the journal beside it");
    }
}

void Begun::store(const cluster::Layout& layout) const {
    platform::write_file(layout.state_file(file),
                         json{{"operation", operation},
                              {"bundle", bundle},
                              {"manifest", manifest},
                              {"answers-file", answers_file},
                              {"answers-text", answers_text},
                              {"folders", folders}}
                                 .dump() +
                             "\n",
                         0600);
}

void Begun::forget(const cluster::Layout& layout) {
    platform::remove_all(layout.state_file(file));
}

std::vector<std::string> differences(const Begun& begun, const Begun& now) {
    std::vector<std::string> found;
    if (begun.manifest != now.manifest)
        found.push_back(fmt::format("bundle: begun with {} (manifest {}), now {} (manifest {})",
                                    begun.bundle, begun.manifest, now.bundle, now.manifest));
    const std::vector<std::string> before = lines_of(begun.answers_text);
    const std::vector<std::string> after = lines_of(now.answers_text);
    auto missing = [&found](const auto& of, const auto& in, std::string_view sign) {
        for (const std::string& line : of)
            if (std::find(in.begin(), in.end(), line) == in.end())
                found.push_back(fmt::format("answers: {} {}", sign, line));
    };
    missing(before, after, "- begun with");
    missing(after, before, "+ now");
    if (found.empty())
        found.push_back("answers: the same lines in another order or number");
    return found;
}

std::string only_begun_suite(const std::string& root) {
    const std::string folder = root + "/var/lib/locum";
    std::vector<std::string> suites;
    if (platform::exists(folder))
        for (const std::string& name : platform::list_folder(folder))
            if (platform::exists(fmt::format("{}/{}/{}", folder, name, file)))
                suites.push_back(name);
    if (suites.size() == 1)
        return suites.front();
    if (suites.empty())
        throw engine::Error(fmt::format("no installation was begun and left unfinished below '{}'",
                                        root.empty() ? "/" : root),
                            engine::Kind::usage)
            .remedy("name the right --root; an installation that ended is not taken back");
    throw engine::Error(
        fmt::format("several installations are unfinished: {}", fmt::join(suites, ", ")),
        engine::Kind::usage)
        .remedy("name one with --suite");
}

} // namespace locum::installer
