#include "cluster/installed.hpp"

#include "cluster/host_files.hpp"
#include "engine/error.hpp"
#include "engine/work_count.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/operating_system.hpp"
#include "suite/layout.hpp"
#include "suite/manifest_write.hpp"
#include "suite/systems.hpp"

#include <fmt/format.h>

namespace locum::cluster {

namespace {

// What the bundle says of the version: manifest, templates, migrations, texts.
std::string about(const Layout& layout, const std::string& version) {
    return layout.version(version) + "/.suite";
}

} // namespace

InstalledVersion::InstalledVersion(const Layout& layout, const std::string& version) :
    folder_(about(layout, version)) {
    const std::string file = folder_ + "/manifest.toml";
    if (!platform::exists(file))
        throw engine::Error(
            fmt::format("version {} of {} is not unpacked on this host: {} is missing", version,
                        layout.suite, file),
            engine::Kind::needs_attention)
            .remedy("run the command again with the bundle of that version");
    const std::string text = platform::read_file(file, suite::layout::largest_manifest);
    manifest_ = suite::parse_manifest(suite::without_written_parts(text), file);
    sha256_ = platform::sha256_hex(text);
    for (auto& [kind, database] : manifest_.database.engines)
        for (datasource::Migration& migration : database.migrations)
            for (datasource::MigrationPart& part : migration.run)
                if (part.host_file.empty() && part.argv.empty())
                    part.sql = this->text(part.name);
    fill_host_files(manifest_, layout);
    manifest_ = suite::for_system(manifest_, platform::system_name());
}

std::string InstalledVersion::text(const std::string& part) const {
    return platform::read_file(folder_ + "/" + part);
}

bool staged(const std::string& manifest_sha256, const std::string& version, const Layout& layout,
            const std::vector<std::string>& components) {
    for (const std::string& component : components)
        if (!platform::exists(layout.component(version, component)))
            return false;
    if (!platform::exists(about(layout, version) + "/manifest.toml"))
        return false;
    const InstalledVersion there(layout, version);
    return there.manifest_sha256() == manifest_sha256 &&
           host_files_kept(there.manifest(), layout, components);
}

std::vector<std::string> stage(const suite::Bundle& bundle, const Layout& layout,
                               const std::vector<std::string>& components,
                               engine::Reporter& reporter, const std::string& step_id) {
    const suite::Manifest& manifest = bundle.manifest();
    const std::string version = manifest.version.text();
    const std::string folder = about(layout, version);
    std::vector<std::string> made;
    if (platform::exists(folder + "/manifest.toml") &&
        InstalledVersion(layout, version).manifest_sha256() != bundle.manifest_sha256())
        throw engine::Error(
            fmt::format("another bundle of version {} is unpacked below {}: its manifest is {}, "
                        "this one's is {}",
                        version, layout.version(version),
                        InstalledVersion(layout, version).manifest_sha256(),
                        bundle.manifest_sha256()),
            engine::Kind::refused)
            .remedy("use the bundle that was installed, or give the new one a new version");
    // Before anything is made.
    const std::map<std::string, std::string> host_files =
        host_files_kept(manifest, layout, components) ? std::map<std::string, std::string>{}
                                                      : read_host_files(manifest, components);
    platform::make_folders(layout.version(version));
    if (keep_host_files(host_files, layout, version))
        made.push_back(layout.version(version) + "/.host-files");
    std::uint64_t total = 0;
    for (const std::string& component : components)
        if (!platform::exists(layout.component(version, component)))
            total += bundle.payload_bytes(component);
    engine::WorkCount count(reporter, step_id, total, "bytes");
    for (const std::string& component : components) {
        const std::string into = layout.component(version, component);
        if (platform::exists(into))
            continue; // unpack() makes it whole or not at all
        bundle.unpack(component, into, [&count](std::uint64_t more) { count.add(more); });
        made.push_back(into);
    }
    if (!platform::exists(folder + "/manifest.toml")) {
        platform::make_folders(folder);
        for (const suite::Part& part : manifest.parts) {
            if (part.path.starts_with("payload/"))
                continue;
            platform::make_folders(platform::parent_of(folder + "/" + part.path));
            platform::write_file(folder + "/" + part.path, bundle.text(part.path), 0644);
        }
        // Last: it says that the rest is there.
        platform::write_file(folder + "/manifest.toml", bundle.manifest_text(), 0644);
        made.push_back(folder);
    }
    return made;
}

} // namespace locum::cluster
