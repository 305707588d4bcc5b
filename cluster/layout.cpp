#include "cluster/layout.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/system_folders.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cluster {

namespace {

std::string version_below(const std::string& product, const std::string& version) {
    return product + "/versions/" + version;
}

} // namespace

std::string Layout::product() const {
    return platform::suite_folders(root, suite).product;
}
std::string Layout::etc() const {
    return platform::suite_folders(root, suite).configurations;
}
std::string Layout::data() const {
    return platform::suite_folders(root, suite).data;
}
std::string Layout::run() const {
    return platform::suite_folders(root, suite).run;
}
std::string Layout::state() const {
    return platform::suite_folders(root, suite).state;
}
std::string Layout::logs() const {
    return platform::suite_folders(root, suite).logs;
}
std::string Layout::version(const std::string& version) const {
    return version_below(product(), version);
}
std::string Layout::component(const std::string& version, const std::string& component) const {
    return component_below(product(), version, component);
}
std::string Layout::current(const std::string& component) const {
    return product() + "/current/" + component;
}
std::string Layout::programs() const {
    return product() + "/locum";
}
std::string Layout::state_file(const std::string& name) const {
    return state() + "/" + name;
}

std::string component_below(const std::string& product, const std::string& version,
                            const std::string& component) {
    return version_below(product, version) + "/" + component;
}

std::string only_suite(const std::string& root) {
    const std::string states = platform::folder_of_states(root);
    std::vector<std::string> suites;
    for (const std::string& name : platform::list_folder(states))
        if (platform::exists(states + "/" + name + "/node.json"))
            suites.push_back(name);
    if (suites.size() == 1)
        return suites.front();
    if (suites.empty())
        throw engine::Error(
            fmt::format("no suite is installed below '{}'", root.empty() ? "/" : root),
            engine::Kind::usage)
            .remedy("locum install BUNDLE --answers FILE, or name the right --root");
    throw engine::Error(fmt::format("several suites are installed: {}", fmt::join(suites, ", ")),
                        engine::Kind::usage)
        .remedy("name one with --suite");
}

} // namespace locum::cluster
