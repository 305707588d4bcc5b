#include "suite/lint.hpp"

#include "suite/document.hpp"
#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"
#include "suite/template.hpp"

#include <algorithm>

namespace locum::suite {

using engine::Severity;

void Remarks::add(Spot at, Words words, Severity severity, bool note) {
    remarks_.push_back({std::move(at),
                        note,
                        {std::move(words.name), severity, std::move(words.found),
                         std::move(words.expected), std::move(words.remedy)}});
}
void Remarks::add(std::vector<Remark> remarks) {
    std::move(remarks.begin(), remarks.end(), std::back_inserter(remarks_));
}
void Remarks::note(Spot at, Words words) {
    add(std::move(at), std::move(words), Severity::warning, true);
}
void Remarks::warning(Spot at, Words words) {
    add(std::move(at), std::move(words), Severity::warning, false);
}
void Remarks::error(Spot at, Words words) {
    add(std::move(at), std::move(words), Severity::error, false);
}

namespace {

Section within(const Source& source, const std::vector<std::string_view>& keys) {
    Section section = Section::parse(source.text, source.file);
    for (const std::string_view key : keys)
        section = section.section(key);
    return section;
}

std::vector<VariableUse> variables_in(const std::string& text) {
    try {
        return variables_of(text, "");
    } catch (const engine::Error&) {
        return {}; // which `bundle build` tells
    }
}

void add_uses(const TextOf& text, std::vector<Use>& uses) {
    for (const VariableUse& use : variables_in(text.text)) {
        const bool item = use.name.starts_with("server."); // of the balancer's commands
        uses.push_back({text.component, item ? use.name.substr(7) : use.name,
                        item || !use.list.empty(), !text.file.empty()});
    }
}

class Texts {
public:
    void add(const std::string& component, const std::string& text) {
        all.push_back({component, text});
    }
    void add(const std::string& component, const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            add(component, text);
    }
    void add(const std::string& component, const Command& command) {
        add(component, command.argv);
        add(component, command.output);
    }
    std::vector<TextOf> all;
};

} // namespace

Spot table_at(const Source& source, std::initializer_list<std::string_view> keys) {
    return {source.file, within(source, keys).at().line};
}

Spot item_at(const Source& source, std::initializer_list<std::string_view> keys,
             std::size_t index) {
    std::vector<std::string_view> path(keys);
    const std::string_view last = path.back();
    path.pop_back();
    std::vector<Section> items = within(source, path).list(last);
    // Those that a manifest of one system does not have.
    const Manifest& manifest = source.manifest;
    if (manifest.whole && (last == "services" || last == "configs" || last == "probes"))
        std::erase_if(items, [&](Section& item) {
            std::vector<std::string> words;
            for (const Text& word : item.texts("systems"))
                words.push_back(word.value);
            return !is_here(manifest, item.text("component").value, words, manifest.system);
        });
    return {source.file, index < items.size() ? items[index].at().line : 0};
}

std::vector<Use> uses_in_template(const Source& source, const Config& config) {
    std::vector<Use> uses;
    if (const auto text = source.texts.find(config.template_file); text != source.texts.end())
        add_uses({config.component, text->second, text->first}, uses);
    return uses;
}

std::vector<Use> uses_of(const Source& source) {
    std::vector<Use> uses;
    for (const TextOf& text : texts_of(source))
        add_uses(text, uses);
    return uses;
}

std::vector<TextOf> texts_of(const Source& source) {
    Texts all;
    for (const Config& config : source.manifest.configs) {
        if (const auto text = source.texts.find(config.template_file); text != source.texts.end())
            all.all.push_back({config.component, text->second, text->first});
        all.add(config.component, config.to);
        all.add(config.component, config.check);
    }
    for (const Service& service : source.manifest.services) {
        all.add(service.component, service.argv);
        for (const auto& [name, value] : service.environment)
            all.add(service.component, value);
        if (service.reload_command)
            all.add(service.component, *service.reload_command);
    }
    for (const Probe& probe : source.manifest.probes) {
        if (const auto* http = std::get_if<HttpProbe>(&probe.how)) {
            all.add(probe.component, http->url);
            for (const auto& [name, value] : http->headers)
                all.add(probe.component, value);
        } else if (const auto* tcp = std::get_if<TcpProbe>(&probe.how)) {
            all.add(probe.component, tcp->address);
        } else if (const auto* command = std::get_if<Command>(&probe.how)) {
            all.add(probe.component, *command);
        }
    }
    if (const auto& balancing = source.manifest.balancing) {
        all.add(balancing->component, balancing->socket);
        all.add(balancing->component, balancing->commands.drain);
        all.add(balancing->component, balancing->commands.undrain);
        all.add(balancing->component, balancing->commands.show);
        all.add(balancing->component,
                {balancing->commands.in_rotation, balancing->commands.out_of_rotation,
                 balancing->commands.idle});
    }
    const Component* server = server_of(source.manifest);
    for (const auto& [kind, engine] : source.manifest.database.engines)
        for (const datasource::Migration& migration : engine.migrations)
            for (const datasource::MigrationPart& part : migration.run)
                all.add(server == nullptr ? "" : server->name, Command{part.argv, part.output});
    return all.all;
}

const Component* server_of(const Manifest& manifest) {
    const auto found =
        std::find_if(manifest.components.begin(), manifest.components.end(),
                     [](const Component& component) { return component.role == Role::server; });
    return found == manifest.components.end() ? nullptr : &*found;
}

bool can_roll(const Manifest& manifest) {
    return manifest.balancing && manifest.database.engines.contains(datasource::Kind::sqlite);
}

std::vector<Remark> lint(const Source& source, const std::vector<Source>& older) {
    Remarks remarks;
    std::vector<Source> by_system;
    for (const std::string& system : systems_of(source.manifest))
        by_system.push_back(for_system(source, system));
    if (by_system.empty())
        by_system.push_back(source);
    for (const Check check :
         {lint_components, lint_names, lint_services, lint_programs_there, lint_probes})
        lint_each(by_system, check, remarks);
    lint_ports(source, remarks);
    for (const Check check : {lint_literals, lint_configs})
        lint_each(by_system, check, remarks);
    lint_systems(source, remarks);
    lint_ways(source, remarks);
    lint_database(source, older, remarks);
    return remarks.take();
}

} // namespace locum::suite
