#include "installer/begun.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/system_folders.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sstream>

namespace locum::installer {

using nlohmann::json;

const char* name_of(Begun::What what) {
    return what == Begun::What::installation ? "installation" : "modification";
}

namespace {

constexpr const char* file_of(Begun::What what) {
    return what == Begun::What::installation ? "installation.json" : "modification.json";
}

std::string in_words(Begun::What what) {
    return fmt::format("{} {}", what == Begun::What::installation ? "an" : "a", name_of(what));
}

std::string rollback_of(Begun::What what, const cluster::Layout& layout) {
    return fmt::format("locum {} --rollback{}",
                       what == Begun::What::installation ? "install" : "modify",
                       layout.root.empty() ? "" : " --root " + layout.root);
}

json to_json(const Begun::Change& change) {
    return {{"add", change.add},
            {"remove", change.remove},
            {"before", change.before},
            {"alone", change.alone}};
}

Begun::Change change_from(const json& value) {
    return {value.at("add").get<std::vector<std::string>>(),
            value.at("remove").get<std::vector<std::string>>(), value.at("before"),
            value.at("alone")};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

} // namespace

std::string Begun::input_hash() const {
    std::string text = answers_text + manifest;
    if (what == What::modification)
        text += json{{"add", change.add}, {"remove", change.remove}}.dump();
    return platform::sha256_hex(text);
}

std::optional<Begun> Begun::load(const cluster::Layout& layout) {
    for (const What what : {What::installation, What::modification}) {
        const std::string path = layout.state_file(file_of(what));
        if (!platform::exists(path))
            continue;
        try {
            const json value = json::parse(platform::read_file(path));
            Begun begun{what,
                        value.at("operation"),
                        value.at("bundle"),
                        value.at("manifest"),
                        value.at("answers-file"),
                        value.at("answers-text"),
                        value.at("folders").get<std::vector<std::string>>()};
            if (what == What::modification)
                begun.change = change_from(value.at("change"));
            return begun;
        } catch (const json::exception& error) {
            throw engine::Error(fmt::format("{} is damaged: {}", path, error.what()),
                                engine::Kind::needs_attention)
                .remedy("compare it with the journal beside it");
        }
    }
    return std::nullopt;
}

void Begun::store(const cluster::Layout& layout) const {
    json value = {{"operation", operation},       {"bundle", bundle},
                  {"manifest", manifest},         {"answers-file", answers_file},
                  {"answers-text", answers_text}, {"folders", folders}};
    if (what == What::modification)
        value["change"] = to_json(change);
    platform::write_file(layout.state_file(file_of(what)), value.dump() + "\n", 0600);
}

void Begun::forget(const cluster::Layout& layout) {
    for (const What what : {What::installation, What::modification})
        platform::remove_all(layout.state_file(file_of(what)));
}

void require_none_begun(const cluster::Layout& layout) {
    if (const std::optional<Begun> begun = Begun::load(layout))
        throw engine::Error(
            fmt::format("{} was begun here and has not ended", in_words(begun->what)),
            engine::Kind::unfinished)
            .remedy(fmt::format("run it again with what it was begun with, or take it back: {}",
                                rollback_of(begun->what, layout)));
}

void require_same_inputs(const Begun& begun, const Begun& now, const cluster::Layout& layout) {
    if (begun.what == now.what && begun.input_hash() == now.input_hash())
        return;
    throw engine::Error(fmt::format("{} ({}) was begun here with other inputs:\n  {}",
                                    in_words(begun.what), begun.operation,
                                    fmt::join(differences(begun, now), "\n  ")),
                        engine::Kind::unfinished)
        .remedy("run it again with what it was begun with, and it goes on where it stopped; or "
                "take it back: " +
                rollback_of(begun.what, layout));
}

std::vector<std::string> differences(const Begun& begun, const Begun& now) {
    std::vector<std::string> found;
    if (begun.manifest != now.manifest)
        found.push_back(fmt::format("bundle: begun with {} (manifest {}), now {} (manifest {})",
                                    begun.bundle, begun.manifest, now.bundle, now.manifest));
    const auto names = [&found](const char* option, const auto& before, const auto& after) {
        if (before != after)
            found.push_back(
                fmt::format("{}: begun with {}, now {}", option,
                            before.empty() ? "none" : fmt::format("{}", fmt::join(before, ", ")),
                            after.empty() ? "none" : fmt::format("{}", fmt::join(after, ", "))));
    };
    names("--add", begun.change.add, now.change.add);
    names("--remove", begun.change.remove, now.change.remove);
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

std::string only_begun_suite(const std::string& root, Begun::What what) {
    const std::string folder = platform::folder_of_states(root);
    std::vector<std::string> suites;
    if (platform::exists(folder))
        for (const std::string& name : platform::list_folder(folder))
            if (platform::exists(fmt::format("{}/{}/{}", folder, name, file_of(what))))
                suites.push_back(name);
    if (suites.size() == 1)
        return suites.front();
    if (suites.empty())
        throw engine::Error(fmt::format("no {} was begun and left unfinished below '{}'",
                                        name_of(what), root.empty() ? "/" : root),
                            engine::Kind::usage)
            .remedy("name the right --root; what has ended is not taken back");
    throw engine::Error(fmt::format("several are unfinished: {}", fmt::join(suites, ", ")),
                        engine::Kind::usage)
        .remedy("name one with --suite");
}

} // namespace locum::installer
