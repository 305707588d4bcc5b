#include "cluster/service_record.hpp"

#include "cluster/expected_line.hpp"
#include "cluster/service_host.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using nlohmann::json;

std::string_view name(ServiceStatus status) {
    switch (status) {
    case ServiceStatus::running:
        return "running";
    case ServiceStatus::stopped:
        return "stopped";
    case ServiceStatus::restarting:
        return "restarting";
    case ServiceStatus::held:
        return "held";
    }
    return "unknown";
}

std::string to_json(const ServiceRecord& record) {
    const ServiceSpec& spec = record.spec;
    json value = {{"name", spec.name},
                  {"component", spec.component},
                  {"version", spec.version},
                  {"argv", spec.argv},
                  {"environment", spec.environment},
                  {"log", spec.log_file},
                  {"stop-signal", spec.stop_signal},
                  {"stop-timeout-ms", spec.stop_timeout.count()},
                  {"reload-signal", spec.reload_signal},
                  {"capabilities", spec.capabilities},
                  {"by-hand", spec.by_hand},
                  {"title", spec.title},
                  {"account", spec.account},
                  {"group", spec.group},
                  {"writeable", spec.writeable},
                  {"readable", spec.readable},
                  {"limits",
                   {{"open-files", spec.limits.open_files},
                    {"tasks", spec.limits.tasks},
                    {"memory-mb", spec.limits.memory_mb}}},
                  {"needs", spec.needs},
                  {"after", spec.after},
                  {"allows", spec.allows},
                  {"wanted", record.wanted}};
    if (spec.reload_command)
        value["reload-command"] = {{"argv", spec.reload_command->argv},
                                   {"output", spec.reload_command->output}};
    return value.dump(2) + "\n";
}

void store_service(const std::string& folder, const ServiceRecord& record) {
    platform::write_file(folder + "/" + record.spec.name + ".json", to_json(record), 0600);
}

namespace {

ServiceRecord parse(const json& value) {
    using Texts = std::vector<std::string>;
    ServiceRecord record;
    ServiceSpec& spec = record.spec;
    spec.name = value.at("name");
    spec.component = value.at("component");
    spec.version = value.at("version");
    spec.argv = value.at("argv").get<Texts>();
    spec.environment = value.at("environment").get<std::map<std::string, std::string>>();
    spec.log_file = value.at("log");
    spec.stop_signal = value.at("stop-signal");
    spec.stop_timeout = std::chrono::milliseconds(value.at("stop-timeout-ms").get<std::int64_t>());
    spec.reload_signal = value.at("reload-signal");
    spec.capabilities = value.at("capabilities").get<Texts>();
    spec.by_hand = value.at("by-hand");
    spec.title = value.at("title");
    spec.account = value.at("account");
    spec.group = value.at("group");
    spec.writeable = value.at("writeable").get<Texts>();
    const json& limits = value.at("limits");
    spec.limits = {limits.at("open-files"), limits.at("tasks"), limits.at("memory-mb")};
    // Older ones say nothing of these.
    spec.readable = value.value("readable", Texts());
    spec.needs = value.value("needs", Texts());
    spec.after = value.value("after", Texts());
    spec.allows = value.at("allows").get<Texts>();
    if (const auto reload = value.find("reload-command"); reload != value.end())
        spec.reload_command = {reload->at("argv"), reload->at("output")};
    record.wanted = value.at("wanted");
    return record;
}

} // namespace

ServiceRecord service_from_json(const std::string& text) {
    return parse(json::parse(text));
}

std::vector<ServiceRecord> load_services(const std::string& folder) {
    std::vector<ServiceRecord> records;
    for (const std::string& name : platform::list_folder(folder)) {
        if (!name.ends_with(".json"))
            continue;
        const std::string file = folder + "/" + name;
        try {
            records.push_back(parse(json::parse(platform::read_file(file))));
        } catch (const json::exception& error) {
            throw engine::Error(fmt::format("{} is not a service's record: {}", file, error.what()),
                                engine::Kind::needs_attention)
                .remedy("remove the file; then: locum upgrade resume, or install the node anew");
        }
    }
    return records;
}

void remove_service(const std::string& folder, const std::string& name) {
    platform::remove_all(folder + "/" + name + ".json");
    platform::remove_all(permit_file(folder, name));
    note_held(folder, name, "");
}

void note_held(const std::string& folder, const std::string& name, const std::string& why) {
    const std::string file = folder + "/" + name + ".held";
    if (why.empty())
        platform::remove_all(file);
    else
        platform::write_file(file, why, 0600);
}

std::string held(const std::string& folder, const std::string& name) {
    const std::string file = folder + "/" + name + ".held";
    return platform::exists(file) ? platform::read_file(file) : "";
}

void require_reload(const ServiceSpec& spec) {
    if (spec.reload_signal.empty() && !spec.reload_command)
        throw engine::Error(fmt::format("{} has no reload in its manifest", spec.name),
                            engine::Kind::usage)
            .remedy("give the service a reload in suite.toml");
}

void run_reload_command(const ServiceSpec& spec, const std::string& log_place) {
    lines_of(*spec.reload_command, {fmt::format("to let {} take its configuration up", spec.name),
                                    fmt::format("{}; then run the command again", log_place)});
}

} // namespace locum::cluster
