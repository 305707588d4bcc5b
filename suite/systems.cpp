#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace locum::suite {

namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

// The word of the component's payload for the system; empty: none.
std::string payload_word(const Component& component, std::string_view system) {
    std::string found;
    for (const auto& [word, folder] : component.payloads)
        if (means(word, system) && word.size() > found.size())
            found = word;
    return found;
}

std::string named_payload(const Component& component, std::string_view word) {
    return fmt::format("{}.{}", component.name, word);
}

template <class Entry>
void keep_those_of(const Manifest& whole, const std::string& system, std::vector<Entry>& entries) {
    std::erase_if(entries, [&](const Entry& entry) {
        return !is_here(whole, entry.component, entry.systems, system);
    });
}

bool is_offered(const Manifest& manifest, std::string_view name, std::set<std::string_view>& seen) {
    const Component* component = manifest.component(name);
    if (component == nullptr || !seen.insert(name).second)
        return true; // what is not there is told as that; circles, by the reader
    return !payload_name(*component, manifest.system).empty() &&
           std::all_of(component->requires_.begin(), component->requires_.end(),
                       [&](const std::string& next) { return is_offered(manifest, next, seen); });
}

} // namespace

bool is_system(std::string_view text) {
    const std::size_t dash = text.find('-');
    return dash != text.npos && dash > 0 && dash + 1 < text.size() && text.size() <= 40 &&
           text.substr(0, dash).find_first_not_of(letters) == text.npos &&
           text.substr(dash + 1).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") ==
               text.npos;
}

bool is_system_word(std::string_view text) {
    return is_system(text) ||
           (!text.empty() && text.size() <= 40 && text.find_first_not_of(letters) == text.npos);
}

bool means(std::string_view word, std::string_view system) {
    return word == system ||
           (system.starts_with(word) && system.substr(word.size()).starts_with('-'));
}

bool hold_on(const std::vector<std::string>& words, std::string_view system) {
    return words.empty() || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
               return means(word, system);
           });
}

bool overlap(const std::vector<std::string>& one, const std::vector<std::string>& other) {
    return one.empty() || other.empty() ||
           std::any_of(one.begin(), one.end(), [&](const std::string& word) {
               return std::any_of(other.begin(), other.end(), [&](const std::string& second) {
                   return means(word, second) || means(second, word);
               });
           });
}

std::map<std::string, std::string> payload_folders(const Component& component) {
    if (component.payloads.empty())
        return {{component.name, component.payload}};
    std::map<std::string, std::string> folders;
    for (const auto& [word, folder] : component.payloads)
        folders[named_payload(component, word)] = folder;
    return folders;
}

std::string payload_name(const Component& component, std::string_view system) {
    if (component.payloads.empty())
        return component.name;
    const std::string word = payload_word(component, system);
    return word.empty() ? "" : named_payload(component, word);
}

bool is_here(const Manifest& manifest, std::string_view component,
             const std::vector<std::string>& words, std::string_view system) {
    const Component* known = manifest.component(component);
    return hold_on(words, system) && (known == nullptr || !payload_name(*known, system).empty());
}

Manifest for_system(const Manifest& manifest, const std::string& system) {
    if (manifest.whole)
        return manifest.system == system ? manifest : for_system(*manifest.whole, system);
    Manifest made = manifest;
    made.system = system;
    if (!means("linux", system)) // which are dpkg's and rpm's
        for (Component& component : made.components)
            component.packages.clear();
    if (systems_of(manifest).empty())
        return made;
    made.whole = std::make_shared<const Manifest>(manifest);
    keep_those_of(manifest, system, made.services);
    keep_those_of(manifest, system, made.configs);
    keep_those_of(manifest, system, made.probes);
    std::map<std::string, std::string> ours; // component by payload
    std::set<std::string> others;
    for (Component& component : made.components) {
        if (component.payloads.empty())
            continue;
        const std::string word = payload_word(component, system);
        component.payload = word.empty() ? "" : component.payloads.at(word);
        const std::string name = payload_name(component, system);
        for (const auto& [payload, folder] : payload_folders(component))
            if (payload == name)
                ours[payload] = component.name;
            else
                others.insert(payload);
    }
    std::erase_if(made.files, [&](const File& file) { return others.contains(file.component); });
    for (File& file : made.files)
        if (const auto found = ours.find(file.component); found != ours.end())
            file.component = found->second;
    return made;
}

const Manifest& whole_of(const Manifest& manifest) {
    return manifest.whole ? *manifest.whole : manifest;
}

std::vector<std::string> services_of(const Manifest& manifest, std::string_view component,
                                     std::string_view system) {
    std::vector<std::string> names;
    const Manifest& whole = whole_of(manifest);
    for (const Service& service : whole.services)
        if (service.component == component && is_here(whole, component, service.systems, system))
            names.push_back(service.name);
    return names;
}

bool is_offered(const Manifest& manifest, std::string_view component) {
    std::set<std::string_view> seen;
    return manifest.system.empty() || is_offered(manifest, component, seen);
}

std::string systems_text(const Component& component) {
    std::vector<std::string> words;
    for (const auto& [word, folder] : component.payloads)
        words.push_back(word);
    return words.empty() ? "every system" : fmt::format("{}", fmt::join(words, ", "));
}

std::vector<std::string> systems_of(const Manifest& manifest) {
    std::set<std::string> all;
    for (const Component& component : manifest.components)
        for (const auto& [word, folder] : component.payloads)
            all.insert(word);
    const auto add = [&](const auto& entries) {
        for (const auto& entry : entries)
            all.insert(entry.systems.begin(), entry.systems.end());
    };
    add(manifest.services);
    add(manifest.configs);
    add(manifest.probes);
    if (!all.empty() && manifest.program)
        for (const auto& [system, file] : manifest.program->files)
            all.insert(system);
    return {all.begin(), all.end()};
}

} // namespace locum::suite
