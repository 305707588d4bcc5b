// A suite for hosts of several systems: what each of them gets.

#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <set>

namespace locum::suite {

namespace {

bool same(const Remark& one, const Remark& other) {
    return one.at.file == other.at.file && one.at.line == other.at.line && one.note == other.note &&
           one.finding == other.finding;
}

// What it needs beside it is not there for the system.
void lint_required(const Source& source, const Component& component, Remarks& remarks) {
    const std::vector<std::string> all = systems_of(source.manifest);
    const auto reached = [&](const std::string& word) {
        return std::any_of(all.begin(), all.end(), [&](const std::string& system) {
            return means(word, system) &&
                   is_offered(for_system(source.manifest, system), component.name);
        });
    };
    for (const auto& [word, folder] : component.payloads)
        if (!reached(word))
            remarks.error(table_at(source, {"components", component.name}),
                          {"system-unreached",
                           fmt::format("a payload of '{}' for {}, and none of a component that it "
                                       "requires",
                                       component.name, word),
                           "one of each for the system: it can be installed on no host of it else",
                           fmt::format("give what it requires ({}) one, or take this one out",
                                       fmt::join(component.requires_, ", "))});
}

void lint_services_of(const Source& source, const Component& component, Remarks& remarks) {
    std::vector<std::string> with;
    std::vector<std::string> without;
    for (const std::string& system : systems_of(source.manifest))
        if (!payload_name(component, system).empty())
            (services_of(source.manifest, component.name, system).empty() ? without : with)
                .push_back(system);
    if (!with.empty() && !without.empty())
        remarks.warning(
            table_at(source, {"components", component.name}),
            {"system-without-service",
             fmt::format("no service of '{}' for {}, and one for {}", component.name,
                         fmt::join(without, ", "), fmt::join(with, ", ")),
             "services on each system that the component is for, unless it is files only there",
             "write [[services]] for it with systems = […], or take systems out of the one that "
             "is right for all"});
}

// Its agents would stay as old as what installed them.
void lint_programs_of(const Source& source, Remarks& remarks) {
    const auto& program = source.manifest.program;
    std::set<std::string> lacking;
    if (program)
        for (const Component& component : source.manifest.components)
            for (const auto& [word, folder] : component.payloads)
                if (is_system(word) && !program->files.contains(word))
                    lacking.insert(word);
    if (!lacking.empty())
        remarks.warning(table_at(source, {"program"}),
                        {"system-without-program",
                         fmt::format("no program for {}, for which there are payloads",
                                     fmt::join(lacking, ", ")),
                         "Locum's program for each system of the suite's hosts: an upgrade "
                         "brings no newer agent to the others",
                         fmt::format("write {} = \"…\" in [program]", *lacking.begin())});
}

// As on Linux, where the manifest is that of a host of Windows.
void lint_program_there(const Spot& at, const std::string& who, const std::string& program,
                        Remarks& remarks) {
    if (program.starts_with('/'))
        remarks.error(at, {"path-for-windows",
                           fmt::format("{} runs {}, which is no path of Windows", who, program),
                           "a program below {component.dir}, or at a path such as C:/…",
                           "write an entry for each system, with systems = […]"});
}

} // namespace

Source for_system(const Source& source, const std::string& system) {
    Source made = source;
    made.manifest = for_system(source.manifest, system);
    made.payloads.clear();
    for (const Component& component : source.manifest.components)
        if (const auto found = source.payloads.find(payload_name(component, system));
            found != source.payloads.end())
            made.payloads[component.name] = found->second;
    return made;
}

void lint_each(const std::vector<Source>& by_system, Check check, Remarks& remarks) {
    struct Found {
        Remark remark;
        std::vector<std::string> systems;
    };
    std::vector<Found> all;
    for (const Source& source : by_system) {
        Remarks some;
        check(source, some);
        for (Remark& remark : some.take()) {
            auto found = std::find_if(all.begin(), all.end(), [&](const Found& one) {
                return same(one.remark, remark) &&
                       (one.systems.empty() || one.systems.back() != source.manifest.system);
            });
            if (found == all.end()) {
                all.push_back({std::move(remark), {}});
                found = std::prev(all.end());
            }
            found->systems.push_back(source.manifest.system);
        }
    }
    std::vector<Remark> told;
    for (Found& one : all) {
        if (one.systems.size() < by_system.size())
            one.remark.finding.found += fmt::format(" (on {})", fmt::join(one.systems, ", "));
        told.push_back(std::move(one.remark));
    }
    remarks.add(std::move(told));
}

void lint_programs_there(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    if (!means("windows", manifest.system))
        return;
    for (std::size_t i = 0; i < manifest.services.size(); ++i) {
        const Service& service = manifest.services[i];
        const Spot at = item_at(source, {"services"}, i);
        lint_program_there(at, fmt::format("the service '{}'", service.name), service.argv.front(),
                           remarks);
        if (service.reload_command)
            lint_program_there(at, fmt::format("the reload of '{}'", service.name),
                               service.reload_command->argv.front(), remarks);
    }
    for (std::size_t i = 0; i < manifest.configs.size(); ++i)
        if (const Config& config = manifest.configs[i]; !config.check.empty())
            lint_program_there(item_at(source, {"configs"}, i),
                               fmt::format("the check of {}", config.to), config.check.front(),
                               remarks);
    for (std::size_t i = 0; i < manifest.probes.size(); ++i)
        if (const auto* command = std::get_if<Command>(&manifest.probes[i].how))
            lint_program_there(item_at(source, {"probes"}, i),
                               fmt::format("the probe '{}'", manifest.probes[i].name),
                               command->argv.front(), remarks);
}

void lint_systems(const Source& source, Remarks& remarks) {
    for (const Component& component : source.manifest.components) {
        lint_required(source, component, remarks);
        lint_services_of(source, component, remarks);
    }
    lint_programs_of(source, remarks);
}

} // namespace locum::suite
