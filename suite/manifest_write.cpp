#include "suite/manifest_write.hpp"

#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::string_view heading = "\n# Added by `locum bundle build`.\n";

// Paths are printable ASCII without backslashes (suite/paths.hpp), so only quotes need care.
std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"')
            out += '\\';
        out += c;
    }
    return out + '"';
}

std::string line(const File& file) {
    switch (file.type) {
    case File::Type::directory:
        return fmt::format("    {{ path = {}, type = \"directory\", mode = \"{:04o}\" }},\n",
                           quoted(file.path), file.mode);
    case File::Type::symlink:
        return fmt::format("    {{ path = {}, type = \"symlink\", target = {} }},\n",
                           quoted(file.path), quoted(file.target));
    case File::Type::regular:
        break;
    }
    return fmt::format("    {{ path = {}, mode = \"{:04o}\", size = {}, sha256 = \"{}\" }},\n",
                       quoted(file.path), file.mode, file.size, file.sha256);
}

} // namespace

std::string written_parts(const std::vector<Part>& parts, const std::vector<Component>& components,
                          const std::vector<File>& files) {
    std::string text(heading);
    for (const Part& part : parts)
        text += fmt::format("[[parts]]\npath = {}\nsize = {}\nsha256 = \"{}\"\n\n",
                            quoted(part.path), part.size, part.sha256);
    text += "[files]\n";
    for (const Component& component : components) {
        text += fmt::format("{} = [\n", component.name);
        for (const File& file : files)
            if (file.component == component.name)
                text += line(file);
        text += "]\n";
    }
    return text;
}

std::string_view without_written_parts(std::string_view manifest) {
    // The last one: a vendor may have written the same, but no path has a line break.
    return manifest.substr(0, manifest.rfind(heading));
}

} // namespace locum::suite
