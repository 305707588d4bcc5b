#include "engine/secret.hpp"

#include <algorithm>
#include <vector>

namespace locum::engine {

std::string redacted(std::string text, const Secrets& secrets) {
    using Entry = Secrets::const_pointer;
    std::vector<Entry> longest_first;
    for (const auto& entry : secrets)
        if (!entry.second.empty())
            longest_first.push_back(&entry);
    // A value may be part of another one, which would not be found any more.
    std::stable_sort(longest_first.begin(), longest_first.end(), [](Entry a, Entry b) {
        return a->second.reveal().size() > b->second.reveal().size();
    });
    for (const Entry entry : longest_first) {
        const std::string& value = entry->second.reveal();
        const std::string name = "{" + entry->first + "}";
        for (std::size_t at = 0; (at = text.find(value, at)) != std::string::npos;
             at += name.size())
            text.replace(at, value.size(), name);
    }
    return text;
}

} // namespace locum::engine
