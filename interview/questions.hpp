#pragma once
// What an installation asks, in the order in which a person is asked: the one list behind the
// wizard and the template of an answers file.

#include "interview/answers_text.hpp"
#include "suite/manifest.hpp"

namespace locum::interview {

// What suggestions are made from.
struct Host {
    std::string name;
    std::vector<std::string> addresses; // its own, but for loopback
    std::string home;                   // of who installs
};

// Keys that guide the way and are not in the answers file.
inline constexpr const char* network_key = "network";   // "create" or "use"
inline constexpr const char* topology_key = "topology"; // its name
inline constexpr const char* advanced_key = "advanced"; // "yes": everything is asked
inline constexpr const char* keystore_key = "keystore"; // "yes": one is imported
inline constexpr const char* information_key = "information";
bool is_answer(const std::string& key);

// Before anything of the bundle is believed: which network, and whose signature. suite: as the
// bundle says, for a file's name only.
std::vector<Question> questions_of_trust(const Host& host, const std::string& suite);

struct Setting {
    const suite::Manifest& manifest;
    std::string licence;
    std::string information;
    Host host;
    bool firewall = false; // one is in force here
    // Tries what was given; "found …; expected …", or "". Empty: it is not tried.
    std::function<std::string(const Draft&)> try_datasource = {};
    // Likewise: whether the passphrase opens the keystore.
    std::function<std::string(const Draft&)> try_keystore = {};
    std::string root = {}; // --root; empty: the host itself
};
// The rest. The draft has what was given to those of trust.
std::vector<Question> questions_of_suite(const Setting& setting);

// What was given, as the lines of an answers file.
std::vector<Line> lines_of(const Draft& given);
// All questions of an installation as a commented answers file with the vendor's choices in it.
std::string template_of(const Setting& setting);

} // namespace locum::interview
