// Reads suites from their vendor's folders, for `bundle lint`.

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/system_folders.hpp"
#include "platform/tree.hpp"
#include "suite/bundle.hpp"
#include "suite/layout.hpp"
#include "suite/lint.hpp"
#include "suite/lint_checks.hpp"
#include "suite/payload.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

// The manifests that a path stands for.
std::vector<std::string> manifests_of(const std::string& path) {
    const std::string absolute = platform::absolute(path);
    const auto found = platform::look_at(platform::canonical(absolute));
    if (!found || found->type != platform::FileEntry::Type::folder) {
        if (!found)
            throw Error(fmt::format("{}: no such file or folder; expected a suite.toml, or a "
                                    "folder with suite*.toml",
                                    path),
                        Kind::usage)
                .remedy("name a vendor's suite.toml");
        return {path};
    }
    std::vector<std::string> files;
    for (const std::string& name : platform::list_folder(absolute))
        if (name.starts_with("suite") && name.ends_with(".toml"))
            files.push_back((path.ends_with('/') ? path : path + "/") + name);
    if (files.empty())
        throw Error(
            fmt::format("{}: no suite*.toml in this folder; expected one, or several", path),
            Kind::usage)
            .remedy("name the folder with a vendor's suite.toml");
    return files;
}

unsigned mode_in_bundle(const std::string& file, unsigned mode) {
    try {
        return payload_mode(file, mode);
    } catch (const Error&) {
        return mode;
    }
}

// What cannot be read is left out: `bundle build` tells of it.
void read_payload(Source& source, const std::string& component, const std::string& folder,
                  const std::string& shown) {
    using Type = platform::FileEntry::Type;
    std::vector<platform::FileEntry> entries;
    try {
        const std::string place = platform::canonical(folder);
        const auto found = platform::look_at(place);
        if (!found || found->type != Type::folder)
            return;
        entries = platform::tree(place);
    } catch (const Error&) {
        return;
    }
    std::vector<File> files;
    for (const platform::FileEntry& entry : entries) {
        File file;
        file.component = component;
        file.path = entry.path;
        file.mode = entry.mode;
        file.type = entry.type == Type::link     ? File::Type::symlink
                    : entry.type == Type::folder ? File::Type::directory
                                                 : File::Type::regular;
        if (file.type != File::Type::symlink && (file.mode & 0002) != 0)
            source.writable.push_back(shown + "/" + file.path);
        if (file.type == File::Type::regular)
            file.mode = mode_in_bundle(folder + "/" + file.path, file.mode);
        files.push_back(std::move(file));
    }
    source.payloads.emplace(component, std::move(files));
    std::sort(source.writable.begin(), source.writable.end());
}

void read_sql(Source& source) {
    std::map<std::string, std::string> host_texts;
    for (const HostFile& file : source.manifest.host_files) {
        std::string text;
        try {
            if (platform::is_regular_file(file.path))
                text = platform::read_file(file.path, layout::largest_text);
        } catch (const Error&) {
            // It may be on other hosts.
        }
        if (platform::sha256_hex(text) == file.sha256)
            host_texts[file.name] = std::move(text);
        else
            source.missing_host_files.insert(file.name);
    }
    for (auto& [kind, engine] : source.manifest.database.engines)
        for (auto& migration : engine.migrations)
            for (auto& part : migration.run) {
                const auto& texts = part.host_file.empty() ? source.texts : host_texts;
                const auto text = texts.find(part.host_file.empty() ? part.name : part.host_file);
                if (part.argv.empty() && text != texts.end())
                    part.sql = text->second;
            }
}

// Files of the suite, named from where the manifest's name starts.
void place(const Source& source, std::vector<Remark>& remarks) {
    const std::size_t slash = source.file.rfind('/');
    if (slash == std::string::npos)
        return;
    for (Remark& remark : remarks)
        if (remark.at.file != source.file && !platform::is_absolute(remark.at.file))
            remark.at.file.insert(0, source.file, 0, slash + 1);
}

// A note that a newer version repeats is told of that one only: there it can be heeded.
void drop_repeated(std::vector<Remark>& before, const std::vector<Remark>& newer) {
    std::erase_if(before, [&](const Remark& old) {
        return old.note && std::any_of(newer.begin(), newer.end(), [&](const Remark& remark) {
                   return remark.note && remark.finding == old.finding;
               });
    });
}

Source read_source(const std::string& path) {
    Source source;
    source.file = path;
    source.text = platform::read_file(platform::absolute(path), layout::largest_text);
    source.manifest = parse_manifest(source.text, path);
    const std::string folder = platform::parent_of(platform::absolute(path));
    for (const Component& component : source.manifest.components)
        for (const auto& [payload, shown] : payload_folders(component))
            read_payload(source, payload, folder + "/" + shown, shown);
    if (source.manifest.program)
        for (const auto& [system, file] : source.manifest.program->files)
            if (!platform::is_regular_file(folder + "/" + file))
                source.missing_programs[system] = file;
    for (const std::string& part : part_paths(source.manifest))
        if (!part.starts_with("payload/") || !part.ends_with(".tar.zst"))
            if (platform::exists(folder + "/" + part))
                source.texts[part] = platform::read_file(folder + "/" + part, layout::largest_text);
    read_sql(source);
    return source;
}

void tell(const Error& error, const std::string& file, std::vector<Remark>& remarks) {
    Remarks told;
    told.error({file}, {"build", error.one_line(), "a suite of which `bundle build` makes a bundle",
                        error.remedy()});
    for (Remark& remark : told.take())
        remarks.push_back(std::move(remark));
}

// Builds it, signed by a key that nobody knows, and throws the bundle away.
void try_build(const std::string& path, std::vector<Remark>& remarks) {
    const std::string scratch = platform::make_scratch_folder("locum-lint-");
    try {
        build_bundle(platform::absolute(path), SigningKey::generate(), scratch + "/bundle");
    } catch (const Error& error) {
        tell(error, path, remarks);
    }
    platform::remove_all(scratch);
}

} // namespace

Linted lint_paths(const std::vector<std::string>& paths) {
    Linted linted;
    std::vector<Source> sources;
    for (const std::string& path : paths)
        for (const std::string& file : manifests_of(path)) {
            try {
                sources.push_back(read_source(file));
            } catch (const Error& error) {
                tell(error, file, linted.remarks);
                linted.unread.push_back(file);
                continue;
            }
            try_build(file, linted.remarks);
        }
    std::stable_sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) {
        return a.manifest.version < b.manifest.version;
    });
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const Manifest& manifest = sources[i].manifest;
        linted.suites.push_back(fmt::format("{} {}", manifest.name, manifest.version.text()));
        const std::vector<Source> older(sources.begin(),
                                        sources.begin() + static_cast<std::ptrdiff_t>(i));
        std::vector<Remark> some = lint(sources[i], older);
        if (i > 0)
            for (Remark& remark : lint_neighbours(sources[i - 1], sources[i]))
                some.push_back(std::move(remark));
        place(sources[i], some);
        drop_repeated(linted.remarks, some);
        std::move(some.begin(), some.end(), std::back_inserter(linted.remarks));
    }
    return linted;
}

} // namespace locum::suite
