#include "installer/host_facts.hpp"

#include "platform/host.hpp"

#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;

HostFacts look_at_host(const cluster::Layout& layout, const std::string& data_folder) {
    HostFacts facts;
    facts.system = platform::operating_system();
    facts.architecture = platform::architecture();
    facts.cores = platform::cores();
    facts.memory_bytes = platform::memory_bytes();
    for (const auto& [name, path] :
         {std::pair<const char*, std::string>{"product", layout.product()},
          {"state", layout.state()},
          {"logs", layout.logs()},
          {"data", data_folder}})
        facts.folders[name] = {path, platform::file_system_of(path)};
    return facts;
}

std::string to_json(const HostFacts& facts) {
    json folders = json::object();
    for (const auto& [name, folder] : facts.folders)
        folders[name] = {{"path", folder.path},
                         {"device", folder.system.device},
                         {"mount", folder.system.mount},
                         {"free", folder.system.free_bytes},
                         {"runs-programs", folder.system.runs_programs}};
    const platform::OperatingSystem& system = facts.system;
    return json{{"system",
                 {{"id", system.id},
                  {"like", system.like},
                  {"version", system.version},
                  {"title", system.title}}},
                {"architecture", facts.architecture},
                {"cores", facts.cores},
                {"memory", facts.memory_bytes},
                {"folders", folders}}
        .dump();
}

HostFacts host_facts_from_json(const std::string& text) {
    const json value = json::parse(text);
    const json& system = value.at("system");
    HostFacts facts;
    facts.system = {system.at("id"), system.at("like").get<std::vector<std::string>>(),
                    system.at("version"), system.at("title")};
    facts.architecture = value.at("architecture");
    facts.cores = value.at("cores");
    facts.memory_bytes = value.at("memory");
    for (const auto& [name, found] : value.at("folders").items())
        facts.folders[name] = {
            found.at("path"),
            {found.at("device"), found.at("mount"), found.at("free"), found.at("runs-programs")}};
    return facts;
}

} // namespace locum::installer
