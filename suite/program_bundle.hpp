#pragma once
// Locum's program in a bundle, for whoever is older than the rest of the bundle can be read by.

#include "suite/bundle.hpp"

namespace locum::suite {

// The program's file in a bundle, and on a host: "locum"; on Windows, which starts no other as a
// service, "locum.exe".
std::string program_file_name(const std::string& system);

// A bundle of which nothing is used but who signed it, that it is whole, and the program.
class ProgramBundle {
public:
    // Throws as Bundle::open does, but not for a bundle that only a newer Locum may read.
    static ProgramBundle open(const std::string& file, const PublicKey& trusted);

    const std::string& suite() const { return bundle_.manifest().name; }
    const std::string& manifest_sha256() const { return bundle_.manifest_sha256(); }
    // nullopt: it brings none.
    const std::optional<Program>& program() const { return bundle_.manifest().program; }
    // It brings one for this system ("linux-x86_64").
    bool is_for(const std::string& system) const;
    // Of the program for the system, which must be there.
    const std::string& sha256(const std::string& system) const;
    // Unpacks the program into the folder `into`, as Bundle::unpack does:
    // INTO/program_file_name().
    void unpack(const std::string& system, const std::string& into) const;

private:
    explicit ProgramBundle(Bundle bundle) : bundle_(std::move(bundle)) {}
    Bundle bundle_;
};

} // namespace locum::suite
