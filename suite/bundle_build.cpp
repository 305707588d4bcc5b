#include "suite/bundle.hpp"

#include "datasource/script.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/input_file.hpp"
#include "platform/operating_system.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/tree.hpp"
#include "suite/layout.hpp"
#include "suite/manifest_write.hpp"
#include "suite/output_file.hpp"
#include "suite/payload.hpp"
#include "suite/program_bundle.hpp"
#include "suite/references.hpp"
#include "suite/systems.hpp"
#include "suite/template.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

// Payloads wait here until the manifest, which stands before them, is known.
class Workshop {
public:
    explicit Workshop(const std::string& folder) :
        path_(platform::make_temporary_folder(folder, ".bundle-")) {}
    Workshop(const Workshop&) = delete;
    Workshop& operator=(const Workshop&) = delete;
    ~Workshop() {
        try {
            platform::remove_all(path_);
        } catch (const Error&) {
            // The error that ends the build is the one to tell.
        }
    }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

struct Source {
    Part part;
    std::string file; // that has the part's bytes
};

std::string read_text(const std::string& folder, const std::string& path) {
    const std::string file = folder + "/" + path;
    if (!platform::exists(file))
        throw Error(
            fmt::format("{}: no such file; expected the '{}' that the manifest names", file, path),
            Kind::usage)
            .remedy(fmt::format("write {}, or take it out of the manifest", file));
    return platform::read_file(file, layout::largest_text);
}

// The component gets it, and nobody else can read it where it is written.
void check_secret(const Manifest& manifest, const Config& config, const VariableUse& use) {
    const std::string name = secret_of(use.name);
    std::optional<Mismatch> wrong = missing_secret(manifest.secrets, name, config.component);
    std::string remedy = fmt::format("correct line {} of {}", use.line, config.template_file);
    if (!wrong && (config.mode & 0007) != 0) {
        wrong = {fmt::format("the secret '{}' in a file that everybody can use: {} has mode {:04o}",
                             name, config.to, config.mode),
                 "a mode without access for others, such as \"0600\""};
        remedy = fmt::format("correct the mode of {} in the manifest", config.to);
    }
    if (wrong)
        throw Error(fmt::format("{}:{}:{}: found {}; expected {}", config.template_file, use.line,
                                use.column, wrong->found, wrong->expected),
                    Kind::usage)
            .remedy(remedy);
}

// What a template names must exist on each host; its values are known there only.
void check_template(const Manifest& manifest, const Config& config, const std::string& text) {
    const std::string& file = config.template_file;
    for (const VariableUse& use : variables_of(text, file)) {
        if (use.list.empty() && !secret_of(use.name).empty()) {
            check_secret(manifest, config, use);
            continue;
        }
        const std::string port = use.name.compare(0, 5, "port.") == 0 ? use.name.substr(5) : "";
        const bool known_port = std::any_of(manifest.ports.begin(), manifest.ports.end(),
                                            [&](const Port& p) { return p.name == port; });
        const std::string& on =
            use.list.empty() || !manifest.balancing ? config.component : manifest.balancing->server;
        if (const auto wrong = missing_port(manifest, port, on); known_port && wrong)
            throw Error(fmt::format("{}:{}:{}: found {}; expected {}", file, use.line, use.column,
                                    wrong->found, wrong->expected),
                        Kind::usage)
                .remedy(fmt::format("correct line {} of {}", use.line, file));
        const bool known = use.list.empty()
                               ? known_port || is_known_variable(use.name)
                               : use.list == "servers" && (use.name.empty() || known_port ||
                                                           is_known_server_variable(use.name));
        if (!known)
            throw Error(fmt::format("{}:{}:{}: found the unknown {} '{}'; expected {}", file,
                                    use.line, use.column, use.name.empty() ? "list" : "variable",
                                    use.name.empty() ? use.list : use.name,
                                    use.list.empty()
                                        ? known_variables() + ", secret.NAME"
                                        : "the list servers with name, address, out, port.NAME"),
                        Kind::usage)
                .remedy(fmt::format("correct line {} of {}", use.line, file));
    }
}

// As it will be run, so that a vendor learns here what an operator would be refused with.
void check_migrations(const Manifest& manifest, const std::string& folder) {
    for (const auto& [kind, engine] : manifest.database.engines)
        for (const datasource::Migration& migration : engine.migrations)
            for (const datasource::MigrationPart& part : migration.run) {
                if (!part.host_file.empty() || !part.argv.empty())
                    continue;
                try {
                    datasource::runnable(read_text(folder, part.name), part.name, kind,
                                         part.for_shell);
                } catch (const Error& error) {
                    throw Error(error.what(), Kind::usage).remedy(error.remedy());
                }
            }
}

// A program for the system that builds can be asked which one it is; the others are asked on their
// hosts, before they are used.
void check_program(const std::string& file, const Program& program) {
    platform::Command command;
    command.argv = {file, "--version"};
    const platform::Finished said = platform::run(command);
    const std::string line = said.output.substr(0, said.output.find_first_of("\r\n"));
    if (!said.ok() || line != said_version(program.version))
        throw Error(fmt::format("{}: found a program that says '{}' (exit code {}); expected '{}', "
                                "as [program] has it",
                                file, platform::readable(line), said.exit_code,
                                said_version(program.version)),
                    Kind::usage)
            .remedy("correct 'version' in [program], or name the right file");
}

// By payload: the components' as they are, and one that is made for each program.
std::map<std::string, std::string> all_folders(const Manifest& suite, const std::string& folder,
                                               const std::string& workshop) {
    std::map<std::string, std::string> folders;
    for (const Component& component : suite.components)
        for (const auto& [payload, path] : payload_folders(component))
            folders[payload] = folder + "/" + path;
    if (!suite.program)
        return folders;
    for (const auto& [system, path] : suite.program->files) {
        const std::string file = folder + "/" + path;
        if (!platform::is_regular_file(file))
            throw Error(fmt::format("{}: no such file; expected Locum's program for {}, which "
                                    "[program] names",
                                    file, system),
                        Kind::usage)
                .remedy(fmt::format("put it there, or take {} out of [program]", system));
        const std::string made = fmt::format("{}/of-{}", workshop, system);
        platform::make_folders(made);
        const std::string copied = fmt::format("{}/{}", made, program_file_name(system));
        platform::copy_file(file, copied, 0755);
        if (system == platform::system_name())
            check_program(copied, *suite.program);
        folders[program_payload(system)] = made;
    }
    return folders;
}

// A version on the way, and the file that has its bundle.
struct Carried {
    Via via;
    Source source;
};

std::string sha256_of(const std::string& file) {
    const platform::InputFile input(file);
    platform::Sha256 sum;
    std::string buffer(std::size_t{1} << 20, '\0');
    std::uint64_t at = 0;
    while (const std::size_t count = input.read_at(at, buffer.data(), buffer.size())) {
        sum.add({buffer.data(), count});
        at += count;
    }
    return platform::hex(sum.finish());
}

Carried carried_of(const Manifest& suite, const std::string& file, const PublicKey& key) {
    const Bundle bundle = engine::during(fmt::format("taking in {} (--via)", file),
                                         [&] { return Bundle::open(file, key); });
    const Manifest& found = bundle.manifest();
    const std::string what = fmt::format("{} {}", found.name, found.version.text());
    const auto refuse = [&](const std::string& found_text, const std::string& expected,
                            const std::string& remedy) {
        throw Error(fmt::format("{}: found {}; expected {}", file, found_text, expected),
                    Kind::usage)
            .remedy(remedy);
    };
    if (found.name != suite.name || !(found.version < suite.version))
        refuse(what, fmt::format("{} of a version before {}", suite.name, suite.version.text()),
               "name bundles of versions on the way to this one with --via");
    if (!found.via.empty())
        refuse(what + ", which carries others", "a bundle that carries none",
               "build it without --via, and name each version on the way here");
    const Via via{found.version, found.schema};
    return {via, {{via_part(via), bundle.size(), sha256_of(file)}, file}};
}

// By version, each once.
std::vector<Carried> carried_of(const Manifest& suite, const std::vector<std::string>& files,
                                const PublicKey& key) {
    std::vector<Carried> all;
    for (const std::string& file : files)
        all.push_back(carried_of(suite, platform::absolute(file), key));
    std::sort(all.begin(), all.end(),
              [](const Carried& a, const Carried& b) { return a.via.version < b.via.version; });
    const auto twice =
        std::adjacent_find(all.begin(), all.end(), [](const Carried& a, const Carried& b) {
            return a.via.version == b.via.version;
        });
    if (twice != all.end())
        throw Error(fmt::format("{} and {} are both of version {}; expected each version once",
                                twice->source.file, std::next(twice)->source.file,
                                twice->via.version.text()),
                    Kind::usage)
            .remedy("name one of them with --via");
    return all;
}

void copy(const Source& source, OutputFile& output) {
    const platform::InputFile input(source.file);
    platform::Sha256 sum;
    std::string buffer(std::size_t{1} << 20, '\0');
    std::uint64_t at = 0;
    while (const std::size_t count = input.read_at(at, buffer.data(), buffer.size())) {
        output.write({buffer.data(), count});
        sum.add({buffer.data(), count});
        at += count;
    }
    if (platform::hex(sum.finish()) != source.part.sha256)
        throw Error(fmt::format("{} changed while the bundle was built", source.file))
            .remedy("build again when nothing writes to it");
    output.write(std::string(layout::padding(source.part.size), '\0'));
}

void write(const std::string& to, const std::string& manifest, const SigningKey& key,
           const std::vector<Source>& sources) {
    OutputFile output(to);
    const std::string signature = layout::encode({key.public_key().hex(), key.sign(manifest)});
    for (const auto& [path, content] :
         {std::pair{"manifest.toml", &manifest}, std::pair{"signatures", &signature}}) {
        output.write(layout::header(path, content->size()));
        output.write(*content);
        output.write(std::string(layout::padding(content->size()), '\0'));
    }
    for (const Source& source : sources) {
        output.write(layout::header(source.part.path, source.part.size));
        copy(source, output);
    }
    output.write(layout::end());
    output.close();
}

} // namespace

Manifest build_bundle(const std::string& suite_toml, const SigningKey& key, const std::string& to,
                      const std::vector<std::string>& via) {
    if (!platform::exists(suite_toml))
        throw Error(fmt::format("{}: no such file; expected the suite's manifest", suite_toml),
                    Kind::usage)
            .remedy("name the vendor's suite.toml");
    const std::string source = platform::absolute(suite_toml);
    const std::string target = platform::absolute(to);
    const std::string folder = platform::parent_of(source);
    const std::string text = platform::read_file(source, layout::largest_text);
    const Manifest suite = parse_manifest(text, suite_toml);
    if (!suite.parts.empty() || !suite.via.empty())
        throw Error(fmt::format("{}: found {}; expected a vendor's manifest, without what "
                                "`bundle build` adds",
                                suite_toml, suite.parts.empty() ? "[[via]]" : "[[parts]]"),
                    Kind::usage)
            .remedy("take [[via]], [[parts]] and [files] out; --via names what is to be carried");
    const std::vector<Carried> carried = carried_of(suite, via, key.public_key());
    for (const Config& config : suite.configs)
        check_template(suite, config, read_text(folder, config.template_file));
    check_migrations(suite, folder);

    platform::make_folders(platform::parent_of(target));
    const Workshop workshop(platform::parent_of(target));
    std::vector<Source> sources;
    std::vector<File> files;
    const std::map<std::string, std::string> folders = all_folders(suite, folder, workshop.path());
    for (const std::string& path : part_paths(suite)) {
        const auto found = std::find_if(folders.begin(), folders.end(), [&](const auto& one) {
            return payload_part(one.first) == path;
        });
        if (found != folders.end()) {
            const std::string packed = workshop.path() + "/" + found->first;
            Payload payload = pack_payload(found->first, found->second, packed);
            sources.push_back({payload.part, packed});
            std::move(payload.files.begin(), payload.files.end(), std::back_inserter(files));
        } else {
            const std::string content = read_text(folder, path);
            sources.push_back(
                {{path, content.size(), platform::sha256_hex(content)}, folder + "/" + path});
        }
    }
    std::vector<Via> listed;
    for (const Carried& one : carried) {
        listed.push_back(one.via);
        sources.push_back(one.source);
    }
    std::sort(sources.begin(), sources.end(),
              [](const Source& a, const Source& b) { return a.part.path < b.part.path; });
    std::vector<Part> parts;
    for (const Source& s : sources)
        parts.push_back(s.part);
    const std::string whole = text + written_parts(parts, payloads_of(suite), files, listed);
    if (whole.size() > layout::largest_manifest)
        throw Error(fmt::format("{}: found {} bytes with the list of all {} files; expected at "
                                "most {}",
                                suite_toml, whole.size(), files.size(), layout::largest_manifest),
                    Kind::usage)
            .remedy("pack files of the payloads into archives");
    Manifest manifest = parse_manifest(whole, suite_toml);
    const std::string fresh = workshop.path() + "/bundle";
    write(fresh, whole, key, sources);
    platform::sync_file(fresh);
    platform::rename_durably(fresh, target);
    return manifest;
}

} // namespace locum::suite
