#pragma once
// A TOML file read strictly: every key has to be asked for, every complaint names file, line and
// column. Used for manifests, and for answers.

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::suite {

// From 1, as editors count.
struct Place {
    unsigned line = 1;
    unsigned column = 1;
};

// A text of the file with the place where it stands.
struct Text {
    std::string value;
    Place at;
};

// One table of a file. A cheap value; all sections of a file share what was read.
class Section {
public:
    // The whole file. Throws Error(usage) where it is not TOML or says a key twice.
    static Section parse(std::string_view toml, const std::string& file_name);

    // A missing key or a value of another type throws Error(usage). A default stands in for a
    // missing key only. Texts have no control characters but tabs and line breaks: what ends at a
    // NUL elsewhere, or is shown to people, would be another text there.
    Text text(std::string_view key);
    Text text(std::string_view key, std::string_view missing);
    Text one_line(std::string_view key); // without tabs and line breaks too
    std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most,
                        std::optional<std::int64_t> missing = std::nullopt);
    bool flag(std::string_view key, bool missing);
    std::vector<Text> texts(std::string_view key); // none where the key is missing
    // A table within this one: `required` throws where it is missing, else an empty one stands in.
    Section section(std::string_view key, bool required = false);
    // The tables of an array: [[key]]; none where the key is missing.
    std::vector<Section> list(std::string_view key);
    // All keys, in the order of the file.
    std::vector<Text> keys() const;
    bool has(std::string_view key);      // counts as asking for it
    bool is_list(std::string_view key);  // likewise; false where it is missing
    bool is_table(std::string_view key); // likewise
    Place at() const;
    // Throws Error(usage) for the first key that was not asked for.
    void done() const;

    // "FILE:LINE:COLUMN: found …; expected …".
    [[noreturn]] void fail(Place at, const std::string& found, const std::string& expected) const;

private:
    struct Node;
    struct Entry;
    struct File;
    static Node convert(const void* toml_node);
    Section(std::shared_ptr<const File> file, const Node* node, std::string path);
    const Node* find(std::string_view key);
    Text checked(std::string_view key, const std::string& text, Place at,
                 std::string_view allowed) const;
    const Node& require(std::string_view key);
    [[noreturn]] void wrong_type(std::string_view key, const Node& node,
                                 std::string_view expected) const;

    std::shared_ptr<const File> file_;
    const Node* node_;
    std::string path_; // "components.server"; empty for the whole file
    std::vector<std::string> asked_;
};

} // namespace locum::suite
