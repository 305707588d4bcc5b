#pragma once
// Says that an installation, or a modification of one, was begun on this host and has not ended:
// kept beside its journal, with its inputs, so that it goes on with the same ones only, and can be
// taken back without them.

#include "cluster/layout.hpp"
#include "engine/error.hpp"
#include "installer/answers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::installer {

struct Begun {
    enum class What { installation, modification };
    // What a modification is asked for, and what it began from.
    struct Change {
        std::vector<std::string> add;
        std::vector<std::string> remove;
        std::string before; // node.json
        bool alone = false; // no other server served
        bool operator==(const Change&) const = default;
    };

    What what = What::installation;
    std::string operation;
    std::string bundle;               // path
    std::string manifest;             // SHA-256 of the bundle's
    std::string answers_file;         // which relative paths start from
    std::string answers_text;         // names where secrets are, holds none
    std::vector<std::string> folders; // that were made for it
    Change change = {};

    // Of bundle and answers, and of what is added and removed.
    std::string input_hash() const;

    static std::optional<Begun> load(const cluster::Layout& layout);
    void store(const cluster::Layout& layout) const;
    static void forget(const cluster::Layout& layout);
};

// "installation" or "modification".
const char* name_of(Begun::What what);
// Throws Error(unfinished) with what ends it, where anything was begun here.
void require_none_begun(const cluster::Layout& layout);
// Throws Error(unfinished) that tells every difference.
void require_same_inputs(const Begun& begun, const Begun& now, const cluster::Layout& layout);

// What differs from the inputs of now, a line each: "answers: - with …", "answers: + now …".
std::vector<std::string> differences(const Begun& begun, const Begun& now);

// The only suite below root of which such was begun. Throws Error(usage) where there is none or are
// several.
std::string only_begun_suite(const std::string& root, Begun::What what);

} // namespace locum::installer
