#include "installer/requirements.hpp"

#include "engine/contains.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer {

using engine::contains;
using engine::Finding;
using engine::Severity;
using suite::Manifest;

namespace {

constexpr std::uint64_t block = 4096; // of most file systems; a folder takes one as well

// Rounded so that a need never looks smaller than what is free.
std::string need_mb(std::uint64_t bytes) {
    return fmt::format("{} MB", (bytes + (1U << 20) - 1) >> 20);
}

std::string mb(std::uint64_t bytes) {
    return fmt::format("{} MB", bytes >> 20);
}

template <class Member>
auto sum(const Manifest& manifest, const Components& components, Member member) {
    std::uint64_t total = 0;
    for (const suite::Component& component : manifest.components)
        if (contains(components, component.name))
            total += component.*member;
    return total;
}

std::string systems_text(const std::vector<suite::SystemRequirement>& systems) {
    std::vector<std::string> texts;
    for (const suite::SystemRequirement& system : systems)
        texts.push_back(to_text(system));
    return fmt::format("{}", fmt::join(texts, " or "));
}

} // namespace

std::vector<FileSystemNeed> needs_by_file_system(const HostFacts& host,
                                                 const std::vector<Need>& needs) {
    std::map<std::uint64_t, FileSystemNeed> by_device;
    for (const Need& need : needs) {
        const auto found = host.folders.find(need.folder);
        if (found == host.folders.end())
            continue;
        const auto& [path, system] = found->second;
        FileSystemNeed& there = by_device[system.device];
        there.system = system;
        there.bytes += need.bytes;
        there.parts.push_back({need.folder, path, need.what, need.bytes});
    }
    std::vector<FileSystemNeed> all;
    for (auto& [device, there] : by_device)
        all.push_back(std::move(there));
    return all;
}

std::vector<Finding> disk_findings(const HostFacts& host, const std::vector<Need>& needs,
                                   const std::string& who) {
    std::vector<Finding> findings;
    for (const FileSystemNeed& there : needs_by_file_system(host, needs)) {
        const platform::FileSystem& system = there.system;
        if (system.free_bytes >= there.bytes)
            continue;
        std::vector<std::string> parts;
        for (const FileSystemNeed::Part& part : there.parts)
            if (part.bytes > 0)
                parts.push_back(
                    fmt::format("{} for {} in {}", need_mb(part.bytes), part.what, part.path));
        findings.push_back({"disk", Severity::error,
                            fmt::format("{}{} free in the file system at {}", who,
                                        mb(system.free_bytes), system.mount),
                            fmt::format("{}: {}", need_mb(there.bytes), fmt::join(parts, ", ")),
                            fmt::format("free {} there, or make it larger",
                                        need_mb(there.bytes - system.free_bytes)),
                            true});
    }
    return findings;
}

std::uint64_t unpacked_bytes(const Manifest& manifest, const Components& components) {
    std::uint64_t total = 0;
    for (const suite::File& file : manifest.files)
        if (contains(components, file.component))
            total += file.type == suite::File::Type::directory
                         ? block
                         : (file.size + block - 1) / block * block;
    return total;
}

std::uint64_t product_bytes(const Manifest& manifest, const Components& components) {
    // Which system the host has is not asked here.
    std::uint64_t program = 0;
    for (const suite::File& file : manifest.files)
        if (suite::is_reserved_for_program(file.component))
            program = std::max(program, file.size);
    return program + std::max(unpacked_bytes(manifest, components),
                              sum(manifest, components, &suite::Component::disk_mb) << 20);
}

std::vector<ComponentNeed> needs_of(const Manifest& manifest, const Components& components) {
    std::vector<ComponentNeed> needs;
    for (const std::string& name : components)
        if (const suite::Component* component = manifest.component(name))
            needs.push_back({name, product_bytes(manifest, {name}), component->memory_mb});
    needs.push_back({"together", product_bytes(manifest, components),
                     sum(manifest, components, &suite::Component::memory_mb)});
    return needs;
}

std::vector<Need> needs_of_installation(const Manifest& manifest, const Components& to_unpack,
                                        bool keeps_bundle) {
    std::uint64_t bundle = 0;
    for (const suite::Part& part : manifest.parts)
        bundle += part.size;
    return {{"product", "the selected components", product_bytes(manifest, to_unpack)},
            {"state", "Locum's state", state_bytes},
            {"state", "the bundle, to repair from", keeps_bundle ? bundle : 0},
            {"logs", "logs", logs_bytes},
            {"data", "data", 0}};
}

std::vector<Finding> host_findings(const Manifest& manifest, const Components& components,
                                   const HostFacts& host, const std::string& who) {
    std::vector<Finding> findings;
    const std::uint64_t memory_mb = host.memory_bytes >> 20;
    const std::uint64_t least_mb = sum(manifest, components, &suite::Component::memory_mb);
    if (memory_mb < least_mb)
        findings.push_back({"memory", Severity::error, fmt::format("{}{} MB", who, memory_mb),
                            fmt::format("{} MB for the selected components", least_mb),
                            "select fewer components or add memory", true});
    const std::uint64_t advised_mb =
        sum(manifest, components, &suite::Component::recommended_memory_mb);
    if (memory_mb >= least_mb && memory_mb < advised_mb)
        findings.push_back(
            {"advice-memory", Severity::warning, fmt::format("{}{} MB of memory", who, memory_mb),
             fmt::format("{} MB recommended for these components together", advised_mb),
             "add memory, or put components on hosts of their own"});
    const std::uint64_t cores = sum(manifest, components, &suite::Component::recommended_cores);
    if (host.cores < cores)
        findings.push_back({"advice-cores", Severity::warning,
                            fmt::format("{}{} processor cores", who, host.cores),
                            fmt::format("{} recommended for these components together", cores),
                            "add cores, or put components on hosts of their own"});
    const suite::Requirements& required = manifest.requirements;
    if (!required.systems.empty() &&
        std::none_of(required.systems.begin(), required.systems.end(),
                     [&](const auto& one) { return meets(host.system, one); }))
        findings.push_back(
            {"os", Severity::error,
             who + (host.system.id.empty() ? "a system that does not say what it is"
                                           : fmt::format("{} ({} {})", host.system.title,
                                                         host.system.id, host.system.version)),
             systems_text(required.systems), "use a host with such a system", true});
    if (!required.architectures.empty() && !contains(required.architectures, host.architecture))
        findings.push_back(
            {"arch", Severity::error, fmt::format("{}{}", who, host.architecture),
             fmt::format("{}", fmt::join(required.architectures, " or ")),
             "use a host of that architecture, or ask the vendor for a bundle for this one"});
    const auto product = host.folders.find("product");
    if (product != host.folders.end() && !product->second.system.runs_programs)
        findings.push_back(
            {"noexec", Severity::error,
             fmt::format("{}the file system at {} is mounted noexec", who,
                         product->second.system.mount),
             fmt::format("one that lets the programs in {} run", product->second.path),
             fmt::format("mount -o remount,exec {} (and in /etc/fstab)",
                         product->second.system.mount)});
    return findings;
}

std::vector<Finding> advice_findings(const Manifest& manifest, const Components& components,
                                     const std::vector<Components>& others) {
    const auto count = [&](const std::string& name) {
        return static_cast<unsigned>(
            contains(components, name) +
            std::count_if(others.begin(), others.end(),
                          [&](const Components& other) { return contains(other, name); }));
    };
    std::vector<Finding> findings;
    for (const suite::Advice& advice : manifest.advice) {
        if (!advice.together.empty()) {
            if (std::all_of(advice.together.begin(), advice.together.end(),
                            [&](const std::string& name) { return contains(components, name); }))
                findings.push_back(
                    {"advice", Severity::warning,
                     fmt::format("{} on one host", fmt::join(advice.together, " and ")), "",
                     advice.says});
            continue;
        }
        const unsigned of = count(advice.of);
        if (advice.per.empty()) {
            const bool few = advice.at_least > 0;
            if (few ? of < advice.at_least : of > advice.at_most)
                findings.push_back({"advice", Severity::warning,
                                    fmt::format("{} with {} in the cluster", of, advice.of),
                                    few ? fmt::format("at least {}", advice.at_least)
                                        : fmt::format("at most {}", advice.at_most),
                                    advice.says});
            continue;
        }
        const unsigned per = count(advice.per);
        // With none of them the suite's other rules say what is needed.
        if (per > 0 && of > per * advice.at_most)
            findings.push_back({"advice", Severity::warning,
                                fmt::format("{} with {} and {} with {} in the cluster", of,
                                            advice.of, per, advice.per),
                                fmt::format("at most {} for each", advice.at_most), advice.says});
    }
    return findings;
}

std::vector<Finding> database_version_findings(const suite::Engine& engine, unsigned version_num) {
    if (!engine.oldest)
        return {};
    const std::string found = fmt::format("{}.{}", version_num / 10000, version_num % 10000);
    if (engine::Version::parse(found) >= *engine.oldest)
        return {};
    return {{"datasource-version", Severity::error, "PostgreSQL " + found,
             fmt::format("PostgreSQL {} or newer", engine.oldest->text()),
             "upgrade the database server, or use another one"}};
}

} // namespace locum::installer
