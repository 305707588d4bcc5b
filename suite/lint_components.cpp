// Components with their payloads and services, and the texts for operators.

#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::string_view own_folder = "{component.dir}/";

const File* file_of(const Source& source, const std::string& component, const std::string& path) {
    const auto payload = source.payloads.find(component);
    if (payload == source.payloads.end())
        return nullptr;
    const auto file = std::find_if(payload->second.begin(), payload->second.end(),
                                   [&](const File& one) { return one.path == path; });
    return file == payload->second.end() ? nullptr : &*file;
}

void lint_own_program(const Source& source, const Service& service, const Spot& at,
                      Remarks& remarks) {
    if (!source.payloads.contains(service.component))
        return; // a payload that cannot be read is an error of `bundle build`
    const std::string path = service.argv.front().substr(own_folder.size());
    const bool windows = means("windows", source.manifest.system);
    const File* file = file_of(source, service.component, path);
    // As Windows is asked there, for what it runs.
    for (const char* suffix : {".exe", ".com", ".bat", ".cmd"})
        if (windows && file == nullptr)
            file = file_of(source, service.component, path + suffix);
    if (file != nullptr && file->type == File::Type::symlink)
        return;
    if (file == nullptr || file->type == File::Type::directory)
        remarks.error(at, {"service-program-missing",
                           fmt::format("no file '{}' in the payload of '{}', which the service "
                                       "'{}' runs",
                                       path, service.component, service.name),
                           "the program that 'argv' names",
                           fmt::format("put it there, or correct argv of '{}'", service.name)});
    else if ((file->mode & 0100) == 0 && !windows)
        remarks.error(at, {"service-program-mode",
                           fmt::format("'{}' in the payload of '{}' without its owner's execute "
                                       "bit; the service '{}' runs it",
                                       path, service.component, service.name),
                           "a file that may be executed", fmt::format("chmod 755 {}", path)});
}

void lint_program(const Source& source, const Service& service, const Spot& at, Remarks& remarks) {
    const std::string& program = service.argv.front();
    if (program.starts_with(own_folder)) {
        lint_own_program(source, service, at, remarks);
        return;
    }
    const bool windows = means("windows", source.manifest.system);
    const bool of_windows = program.size() > 2 && program[1] == ':';
    if (!program.starts_with('/') && !(windows && of_windows)) {
        remarks.warning(at, {"service-program",
                             fmt::format("the service '{}' runs '{}', which depends on the PATH of "
                                         "whoever starts the agent",
                                         service.name, program),
                             "an absolute path, or one below {component.dir}",
                             fmt::format("write argv = [\"{{component.dir}}/{}\", …]", program)});
        return;
    }
    const Component* component = source.manifest.component(service.component);
    if (component != nullptr && component->packages.empty() && !windows)
        remarks.note(at,
                     {"host-program",
                      fmt::format("the service '{}' runs {}, which the payload does not bring",
                                  service.name, program),
                      fmt::format("the package that brings it among the packages of '{}', so "
                                  "that its absence is found before the installation",
                                  component->name),
                      fmt::format("write packages = [\"…\"] in [components.{}]", component->name)});
}

void lint_payloads(const Source& source, Remarks& remarks) {
    for (const auto& [component, files] : source.payloads)
        if (std::none_of(files.begin(), files.end(),
                         [](const File& file) { return file.type != File::Type::directory; }))
            remarks.warning(table_at(source, {"components", component}),
                            {"payload-empty",
                             fmt::format("a payload of '{}' without any file", component),
                             "what is to be installed",
                             "put it there; a README will do for a component of the host's "
                             "packages"});
    for (const auto& [system, file] : source.missing_programs)
        remarks.error(
            table_at(source, {"program"}),
            {"program-missing",
             fmt::format("no file '{}', which is to be Locum's program for {}", file, system),
             "a file", fmt::format("put it there, or take {} out", system)});
    for (const std::string& file : source.writable)
        remarks.warning({file}, {"payload-writable", "a file that everybody may write to",
                                 "files that only the vendor can change before they are signed",
                                 fmt::format("chmod o-w {}", file)});
}

void lint_text(const Source& source, const char* key, const std::string& path,
               const std::string& purpose, Remarks& remarks) {
    if (path.empty()) {
        remarks.note(table_at(source, {"suite"}),
                     {fmt::format("{}-missing", key), fmt::format("no '{}' in [suite]", key),
                      purpose, fmt::format("write {} = \"text/{}.txt\"", key, key)});
        return;
    }
    const auto text = source.texts.find(path);
    if (text != source.texts.end() &&
        text->second.find_first_not_of(" \t\r\n") == std::string::npos)
        remarks.warning({path}, {fmt::format("{}-empty", key), "a text without a word", purpose,
                                 fmt::format("write it, or take '{}' out of [suite]", key)});
}

} // namespace

void lint_components(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    lint_text(source, "licence", manifest.licence, "the text that operators have to accept",
              remarks);
    lint_text(source, "information", manifest.information,
              "what operators should know of this version before they install it", remarks);
    for (const Component& component : manifest.components) {
        const Spot at = table_at(source, {"components", component.name});
        if (manifest.services_of(component.name).empty() && is_offered(manifest, component.name))
            remarks.note(at, {"no-services", fmt::format("no service of '{}'", component.name),
                              "[[services]], unless it is files only",
                              fmt::format("write [[services]] with component = \"{}\", if it has "
                                          "a program that runs",
                                          component.name)});
        if (std::none_of(manifest.topologies.begin(), manifest.topologies.end(),
                         [&](const Topology& topology) {
                             const auto& all = topology.components;
                             return std::find(all.begin(), all.end(), component.name) != all.end();
                         }))
            remarks.warning(at,
                            {"in-no-topology", fmt::format("'{}' in no topology", component.name),
                             "every component in one of [topologies]: an operator could not "
                             "choose it else",
                             "add it to a topology, or take the component out"});
    }
    lint_payloads(source, remarks);
}

void lint_services(const Source& source, Remarks& remarks) {
    const std::vector<Service>& services = source.manifest.services;
    for (std::size_t i = 0; i < services.size(); ++i) {
        const Spot at = item_at(source, {"services"}, i);
        lint_program(source, services[i], at, remarks);
        if (services[i].user.empty())
            remarks.note(at, {"service-user",
                              fmt::format("the service '{}' without a 'user'", services[i].name),
                              fmt::format("an account of its own: it runs as '{}', as do others of "
                                          "the suite, and can read what theirs may",
                                          source.manifest.name),
                              "write user = \"…\""});
    }
}

} // namespace locum::suite
