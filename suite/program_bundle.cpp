#include "suite/program_bundle.hpp"

#include "engine/error.hpp"
#include "platform/input_file.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

std::string program_file_name(const std::string& system) {
    return fmt::format("{}{}", program_name, means("windows", system) ? ".exe" : "");
}

ProgramBundle ProgramBundle::open(const std::string& file, const PublicKey& trusted) {
    return ProgramBundle(Bundle::open_by(parse_program, platform::InputFile(file), trusted));
}

bool ProgramBundle::is_for(const std::string& system) const {
    return program() && program()->files.contains(system);
}

const std::string& ProgramBundle::sha256(const std::string& system) const {
    const std::vector<File>& files = bundle_.manifest().files;
    const auto found = std::find_if(files.begin(), files.end(), [&](const File& one) {
        return one.component == program_payload(system) && one.path == program_file_name(system) &&
               one.type == File::Type::regular && (one.mode & 0100) != 0;
    });
    if (found == files.end())
        throw engine::Error(
            fmt::format("{}: found no program '{}' for {}; expected one that can be executed",
                        bundle_.file(), program_file_name(system), system),
            engine::Kind::not_trusted)
            .remedy("ask the bundle's vendor for one that `locum bundle build` made");
    return found->sha256;
}

void ProgramBundle::unpack(const std::string& system, const std::string& into) const {
    sha256(system); // it is what it should be
    bundle_.unpack(program_payload(system), into);
}

} // namespace locum::suite
