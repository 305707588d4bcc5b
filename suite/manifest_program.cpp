// Locum's own program in a bundle: [program].

#include "engine/error.hpp"
#include "suite/file_list.hpp"
#include "suite/manifest_reader.hpp"
#include "suite/manifest_write.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

namespace {

// The lists of the programs among all others, which are passed over.
std::vector<File> program_files(std::string_view text, const Program& program,
                                const Section& rest) {
    std::vector<File> files;
    for (const auto& [system, file] : program.files) {
        const std::string payload = program_payload(system);
        const std::size_t found = text.find("\n" + payload + " = '''\n", written_files_at(text));
        if (found == text.npos)
            rest.fail(rest.at(), "no list of the files of " + payload, "one in [files]");
        const std::size_t end = text.find("'''\n", text.find('\n', found + 1));
        const std::string list = "[files]\n" + std::string(text.substr(found + 1, end - found + 3));
        for (File& one : read_files(list, 0, {payload}, rest))
            files.push_back(std::move(one));
    }
    return files;
}

} // namespace

std::string program_payload(std::string_view system) {
    return fmt::format("{}-{}", program_name, system);
}

std::string said_version(const engine::Version& version) {
    return fmt::format("{} {}", program_name, version.text());
}

bool is_reserved_for_program(std::string_view component) {
    return component == program_name || component.starts_with(program_payload(""));
}

std::vector<std::string> payloads_of(const Manifest& manifest) {
    std::vector<std::string> all;
    for (const Component& component : manifest.components)
        for (const auto& [payload, folder] : payload_folders(component))
            all.push_back(payload);
    if (manifest.program)
        for (const auto& [system, file] : manifest.program->files)
            all.push_back(program_payload(system));
    return all;
}

void ManifestReader::read_program() {
    if (!file.has("program"))
        return;
    Section section = file.section("program", true);
    Program program;
    program.version = read_version(section, "version");
    for (const Text& key : section.keys())
        if (is_system(key.value))
            program.files[key.value] = read_path(section, key.value);
    section.done();
    if (program.files.empty())
        section.fail(section.at(), "a program for no system",
                     "a file for one at least, such as linux-x86_64 = \"bin/locum\"");
    if (program.version < manifest.locum)
        section.fail(section.at(),
                     fmt::format("a program of version {} with locum = \"{}\"",
                                 program.version.text(), manifest.locum.text()),
                     "a program that may read the bundle");
    manifest.program = std::move(program);
}

Manifest parse_program(std::string_view text, const std::string& file_name) {
    ManifestReader reader{
        Section::parse(text.substr(0, written_files_at(text)), file_name), {}, {}};
    Section& file = reader.file;
    Manifest& manifest = reader.manifest;
    reader.read_format();
    Section suite = file.section("suite", true);
    manifest.name = suite.one_line("name").value;
    reader.list_parts();
    if (!file.has("program"))
        return std::move(manifest);
    Section section = file.section("program", true);
    manifest.program = Program{read_version(section, "version"), {}};
    for (const Text& key : section.keys())
        if (is_system(key.value))
            manifest.program->files[key.value] = section.text(key.value).value;
    manifest.files = program_files(text, *manifest.program, file);
    return std::move(manifest);
}

} // namespace locum::suite
