#include "suite/resource_tree.hpp"

#include "suite/little_endian.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>

namespace locum::suite {

namespace {

constexpr std::size_t head_size = 16; // of a folder of the tree
constexpr std::size_t entry_size = 8;
constexpr std::size_t leaf_size = 16;
constexpr std::uint32_t high = 0x80000000U; // a text, or a folder
constexpr std::size_t most = 10'000;        // entries of all folders

std::uint32_t number(const std::string& image, std::uint64_t at, std::size_t size) {
    if (const auto value = number_at(image, at, size))
        return *value;
    throw std::out_of_range("a place behind the end of the resources");
}

ResourceName name_of(const std::string& image, std::uint32_t told) {
    if ((told & high) == 0)
        return {static_cast<std::uint16_t>(told)};
    ResourceName name;
    const std::uint32_t at = told & ~high;
    const std::uint32_t length = number(image, at, 2);
    for (std::uint32_t i = 0; i < length; ++i)
        name.text += static_cast<char16_t>(number(image, at + 2 + 2 * i, 2));
    return name;
}

std::uint32_t folder_of(std::uint32_t told) {
    if ((told & high) == 0)
        throw std::out_of_range("a resource above the level of languages");
    return told & ~high;
}

class Reader {
public:
    Reader(const std::string& image, std::uint32_t address) : image_(image), address_(address) {}

    using Take = std::function<void(const ResourceName&, std::uint32_t told)>;
    void folder(std::uint32_t at, const Take& take) {
        const std::uint32_t count = number(image_, at + 12, 2) + number(image_, at + 14, 2);
        for (std::uint32_t i = 0; i < count; ++i) {
            if (++entries_ > most)
                throw std::length_error("more resources than a program has");
            const std::uint64_t entry = at + head_size + std::uint64_t{i} * entry_size;
            take(name_of(image_, number(image_, entry, 4)), number(image_, entry + 4, 4));
        }
    }
    std::string content(std::uint32_t leaf) {
        const std::uint32_t place = number(image_, leaf, 4);
        const std::uint32_t size = number(image_, leaf + 4, 4);
        const std::uint64_t at = std::uint64_t{place} - address_;
        if (place < address_ || at > image_.size() || image_.size() - at < size)
            throw std::out_of_range("a resource behind the end of its section");
        if ((bytes_ += size) > image_.size())
            throw std::length_error("resources that lie in each other");
        return image_.substr(static_cast<std::size_t>(at), size);
    }

private:
    const std::string& image_;
    std::uint32_t address_;
    std::size_t entries_ = 0;
    std::uint64_t bytes_ = 0;
};

// By kind and name: their languages.
using Languages = std::map<std::uint16_t, std::string>;
using Tree = std::map<ResourceName, std::map<ResourceName, Languages>>;

template <class Map>
std::size_t folder_size(const Map& entries) {
    return head_size + entries.size() * entry_size;
}

std::string folder_head(std::size_t texts, std::size_t numbers) {
    return number_bytes(0, 12) + number_bytes(texts, 2) + number_bytes(numbers, 2);
}

template <class Map>
std::string head_of(const Map& entries) {
    const auto texts = static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [](const auto& entry) { return !entry.first.text.empty(); }));
    return folder_head(texts, entries.size() - texts);
}

// Folders first, then what leaves say, then names, then contents: each part's place is known
// before.
class Writer {
public:
    Writer(const Tree& tree, std::uint32_t address) : address_(address) {
        std::size_t folders = folder_size(tree);
        std::size_t leaves = 0;
        for (const auto& [kind, names] : tree) {
            folders += folder_size(names);
            for (const auto& [name, languages] : names) {
                folders += folder_size(languages);
                leaves += languages.size();
            }
        }
        leaves_at_ = folders;
        texts_at_ = folders + leaves * leaf_size;
        for (const auto& [kind, names] : tree) {
            texts_size_ += text_size(kind);
            for (const auto& [name, languages] : names)
                texts_size_ += text_size(name);
        }
        contents_at_ = static_cast<std::size_t>(aligned(texts_at_ + texts_size_, 8));
        write(tree);
    }
    std::string bytes() const {
        std::string all = folders_ + leaves_ + texts_;
        all.resize(contents_at_, '\0');
        return all + contents_;
    }

private:
    static std::size_t text_size(const ResourceName& name) {
        return name.text.empty() ? 0 : 2 + 2 * name.text.size();
    }
    std::string told(const ResourceName& name) {
        if (name.text.empty())
            return number_bytes(name.number, 4);
        const std::size_t at = texts_at_ + texts_.size();
        texts_ += number_bytes(name.text.size(), 2);
        for (const char16_t unit : name.text)
            texts_ += number_bytes(unit, 2);
        return number_bytes(at | high, 4);
    }
    void write(const Tree& tree) {
        std::size_t next = folder_size(tree);
        folders_ += head_of(tree);
        for (const auto& [kind, names] : tree) {
            folders_ += told(kind) + number_bytes(next | high, 4);
            next += folder_size(names);
        }
        for (const auto& [kind, names] : tree) {
            folders_ += head_of(names);
            for (const auto& [name, languages] : names) {
                folders_ += told(name) + number_bytes(next | high, 4);
                next += folder_size(languages);
            }
        }
        for (const auto& [kind, names] : tree)
            for (const auto& [name, languages] : names)
                write(languages);
    }
    void write(const Languages& languages) {
        folders_ += folder_head(0, languages.size());
        for (const auto& [language, content] : languages) {
            folders_ += number_bytes(language, 4) + number_bytes(leaves_at_ + leaves_.size(), 4);
            leaves_ += number_bytes(address_ + contents_at_ + contents_.size(), 4) +
                       number_bytes(content.size(), 4) + number_bytes(0, 8);
            contents_ += content;
            contents_.resize(static_cast<std::size_t>(aligned(contents_.size(), 8)), '\0');
        }
    }

    std::uint32_t address_;
    std::size_t leaves_at_ = 0, texts_at_ = 0, texts_size_ = 0, contents_at_ = 0;
    std::string folders_, leaves_, texts_, contents_;
};

} // namespace

bool ResourceName::operator<(const ResourceName& other) const {
    if (text.empty() != other.text.empty())
        return !text.empty();
    return text.empty() ? number < other.number : text < other.text;
}

std::vector<PeResource> read_resources(const std::string& image, std::uint32_t address) {
    std::vector<PeResource> all;
    Reader reader(image, address);
    reader.folder(0, [&](const ResourceName& kind, std::uint32_t names) {
        reader.folder(folder_of(names), [&](const ResourceName& name, std::uint32_t languages) {
            reader.folder(folder_of(languages),
                          [&](const ResourceName& language, std::uint32_t leaf) {
                              all.push_back({kind, name, language.number, reader.content(leaf)});
                          });
        });
    });
    return all;
}

std::string write_resources(std::vector<PeResource> resources, std::uint32_t address) {
    Tree tree;
    for (PeResource& one : resources)
        tree[one.kind][one.name][one.language] = std::move(one.content);
    return Writer(tree, address).bytes();
}

} // namespace locum::suite
