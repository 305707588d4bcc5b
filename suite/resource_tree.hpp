#pragma once
// The resources of a program for Windows as a list, and as the tree of three levels (kind, name,
// language) that they are in its file.

#include <cstdint>
#include <string>
#include <vector>

namespace locum::suite {

// A number, or a name of its own.
struct ResourceName {
    std::uint16_t number = 0;
    std::u16string text = {};
    bool operator==(const ResourceName&) const = default;
    bool operator<(const ResourceName& other) const; // in the order of a tree: names first
};

struct PeResource {
    ResourceName kind, name;
    std::uint16_t language = 0;
    std::string content;
};

namespace resource_kind {
inline constexpr std::uint16_t icon = 3;
inline constexpr std::uint16_t icons = 14; // which icons are one in several sizes
inline constexpr std::uint16_t version = 16;
} // namespace resource_kind

// image: the tree's bytes and what follows them in its section. address: of the tree, as it is
// loaded; that of a resource's content is counted from the same place. Throws std::out_of_range
// where a place is not in it, and std::length_error where it has no end.
std::vector<PeResource> read_resources(const std::string& image, std::uint32_t address);
std::string write_resources(std::vector<PeResource> resources, std::uint32_t address);

} // namespace locum::suite
