#include "cluster/datasources.hpp"

#include "cluster/membership.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using engine::Kind;
using nlohmann::json;

namespace {

constexpr std::string_view suffix = ".json";

std::string folder(const Layout& layout) {
    return layout.state_file("datasources");
}

std::string file_of(const Layout& layout, const std::string& name) {
    return fmt::format("{}/{}{}", folder(layout), name, suffix);
}

void store(const std::string& file, const NamedDatasource& datasource) {
    platform::write_file(file, to_json(datasource).reveal() + "\n", 0600);
}

NamedDatasource load(const std::string& file) {
    const std::string text = platform::read_file(file);
    try {
        return named_datasource_from_json(text);
    } catch (const std::exception&) {
        // What was thrown may quote the file, and so a password.
        throw Error(file + " is damaged: these are no settings of a datasource",
                    Kind::needs_attention)
            .remedy("restore the file from a backup, or remove it and add the datasource anew");
    }
}

} // namespace

engine::Secret to_json(const NamedDatasource& datasource) {
    json value = json::parse(datasource_json(datasource.settings));
    value["name"] = datasource.name;
    if (datasource.sent)
        value["sent"] = true;
    return engine::Secret(value.dump(2));
}

NamedDatasource named_datasource_from_json(const std::string& text) {
    const json value = json::parse(text);
    return {value.value("name", first_datasource), datasource_from_json(text),
            value.value("sent", false)};
}

void require_datasource_name(const std::string& name) {
    const bool fits =
        !name.empty() && name.size() <= 60 && name.front() != '-' &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!fits)
        throw Error(fmt::format("'{}' cannot be a datasource's name", name), Kind::usage)
            .remedy("name it in small letters, digits and '-', such as new-host");
}

void store_active_datasource(const Layout& layout, const NamedDatasource& datasource) {
    store(layout.state_file("datasource.json"), datasource);
}

NamedDatasource active_datasource(const Layout& layout) {
    const std::string file = layout.state_file("datasource.json");
    if (!platform::exists(file))
        throw Error("this node runs no server, so it holds no datasource", Kind::refused)
            .remedy("run the command on a node with a server (locum node list)");
    return load(file);
}

std::vector<NamedDatasource> kept_datasources(const Layout& layout) {
    std::vector<NamedDatasource> kept;
    if (!platform::exists(folder(layout)))
        return kept;
    const std::string active = active_datasource(layout).name;
    for (const std::string& file : platform::list_folder(folder(layout))) {
        if (!file.ends_with(suffix))
            continue;
        // What was cut off between two files has it twice: then the active one is what counts.
        NamedDatasource one = load(folder(layout) + "/" + file);
        if (one.name != active)
            kept.push_back(std::move(one));
    }
    std::sort(kept.begin(), kept.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return kept;
}

NamedDatasource datasource_named(const Layout& layout, const std::string& name) {
    NamedDatasource active = active_datasource(layout);
    std::vector<std::string> names{active.name};
    if (active.name == name)
        return active;
    for (NamedDatasource& one : kept_datasources(layout)) {
        if (one.name == name)
            return std::move(one);
        names.push_back(one.name);
    }
    throw Error(fmt::format("no datasource '{}' is known on this host; known: {}", name,
                            fmt::join(names, ", ")),
                Kind::usage)
        .remedy("see them: locum datasource list; or add it: locum datasource add " + name);
}

void keep_datasource(const Layout& layout, const NamedDatasource& datasource) {
    require_datasource_name(datasource.name);
    if (active_datasource(layout).name == datasource.name)
        throw Error(fmt::format("{} is the active datasource, and is not changed under servers "
                                "that work on it",
                                datasource.name),
                    Kind::refused)
            .remedy(fmt::format("locum datasource copy {0} NAME, edit that one, then: locum "
                                "datasource activate NAME",
                                datasource.name));
    platform::make_own_folder(folder(layout), 0700);
    store(file_of(layout, datasource.name), datasource);
}

void keep_sent_datasource(const Layout& layout, const NamedDatasource& datasource) {
    NamedDatasource sent = datasource;
    const NamedDatasource active = active_datasource(layout);
    if (active.name == sent.name &&
        datasource_json(active.settings) == datasource_json(sent.settings))
        return;
    for (const NamedDatasource& own : kept_datasources(layout)) {
        if (own.name != sent.name || own.sent)
            continue;
        if (datasource_json(own.settings) != datasource_json(sent.settings))
            throw Error(fmt::format("{} keeps another datasource {} of its own, with other "
                                    "settings",
                                    load_node_state(layout).name, own.name),
                        Kind::refused)
                .remedy(fmt::format("there: locum datasource copy {0} NAME, where it is needed; "
                                    "then locum datasource remove {0}",
                                    own.name));
        return;
    }
    sent.sent = true;
    keep_datasource(layout, sent);
}

void forget_datasource(const Layout& layout, const std::string& name) {
    if (active_datasource(layout).name == name)
        throw Error(fmt::format("{} is the active datasource: the servers work on it", name),
                    Kind::refused)
            .remedy("activate another one first: locum datasource activate NAME");
    datasource_named(layout, name);
    platform::remove_all(file_of(layout, name));
}

void use_datasource(const Layout& layout, const std::string& name) {
    const NamedDatasource active = active_datasource(layout);
    if (active.name != name) {
        const NamedDatasource next = datasource_named(layout, name);
        platform::make_own_folder(folder(layout), 0700);
        store(file_of(layout, active.name), active);
        store(layout.state_file("datasource.json"), next);
        platform::remove_all(file_of(layout, name));
    }
    end_change(layout);
}

namespace {

std::string change_file(const Layout& layout) {
    return layout.state_file("datasource.change");
}

} // namespace

void begin_change(const Layout& layout, const std::string& name) {
    platform::write_file(change_file(layout), name, 0600);
}

void end_change(const Layout& layout) {
    platform::remove_all(change_file(layout));
}

std::string change_under_way(const Layout& layout) {
    return platform::exists(change_file(layout)) ? platform::read_file(change_file(layout)) : "";
}

void forget_kept_datasources(const Layout& layout) {
    platform::remove_all(folder(layout));
    end_change(layout);
}

std::string fingerprint(const Layout& layout, const datasource::Settings& settings) {
    return platform::sha256_hex(load_join_secret(layout).reveal() + datasource_json(settings));
}

} // namespace locum::cluster
