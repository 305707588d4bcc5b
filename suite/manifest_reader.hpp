#pragma once
// The pieces of parse_manifest; each reads its tables of the file into the manifest.

#include "suite/document.hpp"
#include "suite/manifest.hpp"
#include "suite/references.hpp"
#include "suite/systems.hpp"

namespace locum::suite {

struct ManifestReader {
    Section file;
    Manifest manifest;
    References references;

    void read_format(); // and the oldest Locum, which is not judged here
    void read_header();
    void read_suite();
    void read_components();
    void read_ports();
    void read_configs();
    void read_services();
    void read_probes();
    void read_balancing();
    void read_secrets();
    void read_requirements();
    void read_advice();
    void read_host_files();
    void read_outgoing();
    void read_shortcuts();
    void read_database();
    void read_program();
    // What `bundle build` adds.
    void read_via();
    void read_parts();
    // Whatever they are of.
    void list_parts();
    // `at`: where they begin in the manifest's text; its end where there are none.
    void read_files(std::string_view text, std::size_t at);
};

// The `migrations` of an engine's table.
std::vector<datasource::Migration> read_migrations(ManifestReader& reader, Section& engine);

// 64 hexadecimal digits in lower case.
constexpr const char* good_sha256 = "64 hexadecimal digits in lower case";
bool is_sha256(std::string_view text);
std::string read_sha256(Section& section);
// The path of a part, as a vendor writes it; a reserved one is an error.
std::string read_path(Section& section, std::string_view key);
// "0644" in octal, at most 0777.
constexpr const char* good_mode = "a mode of four octal digits such as \"0640\", "
                                  "without setuid, setgid and sticky";
std::optional<unsigned> mode_of(std::string_view text);
// One to four numbers.
engine::Version read_version(Section& section, std::string_view key);
unsigned read_mode(Section& section, std::string_view key, std::string_view missing);
// The index of the text in `choices`.
std::size_t read_choice(Section& section, std::string_view key,
                        const std::vector<std::string_view>& choices,
                        std::string_view missing = "");

// The words of `systems` for an entry of the component, which is for all of them; none where the
// key is missing.
std::vector<std::string> read_systems(Section& section, const Manifest& manifest,
                                      const std::string& component);
// A service or probe of a name that was declared already, for other systems.
template <class Entry>
bool continues(const std::vector<Entry>& entries, const Entry& entry) {
    bool any = false;
    for (const Entry& other : entries)
        if (other.name == entry.name && other.component == entry.component) {
            if (overlap(other.systems, entry.systems))
                return false;
            any = true;
        }
    return any;
}

// Names of components; each once.
std::vector<std::string> refer_all(References& references, const Section& section,
                                   const std::vector<Text>& names);
std::string refer_one(References& references, Section& section, std::string_view key);
// A line with variables that is not empty.
std::string with_variables(References& references, Section& section, std::string_view key,
                           const KnownIn& known);

} // namespace locum::suite
