#pragma once
// Unpacks a component's payload: what the manifest lists, in its order, and nothing else.

#include "platform/input_file.hpp"
#include "suite/manifest.hpp"

#include <cstdint>
#include <functional>
#include <span>

namespace locum::suite {

// `at`: where the part's content begins in the file; `files`: the component's, as listed; `into`:
// a folder that does not exist yet. The part is hashed again while it is read. Throws
// Error(not_trusted) where anything differs from the lists, and leaves nothing then. taken: told
// how many more bytes of the part were read; may be empty.
void unpack_payload(const platform::InputFile& file, const Part& part, std::uint64_t at,
                    std::span<const File> files, const std::string& into,
                    const std::function<void(std::uint64_t more)>& taken);

} // namespace locum::suite
