#include "suite/manifest_write.hpp"

#include "suite/file_list.hpp"

#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::string_view heading = "\n# Added by `locum bundle build`.\n";

// Without control characters (suite/paths.hpp, Section::one_line).
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\')
            out += '\\';
        out += c;
    }
    return out + '"';
}

} // namespace

std::string written_parts(const std::vector<Part>& parts, const std::vector<std::string>& payloads,
                          const std::vector<File>& files, const std::vector<Via>& via) {
    std::string text(heading);
    for (const Via& one : via)
        text += fmt::format("[[via]]\nversion = {}\nschema = {}\n\n", quoted(one.version.text()),
                            quoted(one.schema));
    for (const Part& part : parts)
        text += fmt::format("[[parts]]\npath = {}\nsize = {}\nsha256 = \"{}\"\n\n",
                            quoted(part.path), part.size, part.sha256);
    return text + written_files(payloads, files);
}

std::string_view without_written_parts(std::string_view manifest) {
    // The last one: a vendor may have written the same, but no path has a line break.
    return manifest.substr(0, manifest.rfind(heading));
}

std::size_t written_files_at(std::string_view manifest) {
    const std::size_t line = manifest.find("\n[files]\n", without_written_parts(manifest).size());
    return line == manifest.npos ? manifest.size() : line + 1;
}

} // namespace locum::suite
