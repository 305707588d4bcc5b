#pragma once
// The answers to an installation's questions, read from a file. Strict: an unknown, duplicate or
// contradictory key is an error with line and column.

#include "cluster/node_state.hpp"
#include "datasource/connection.hpp"
#include "installer/firewall_answer.hpp"
#include "suite/manifest.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::installer {

// Where a secret comes from; an answers file never holds one.
struct SecretSource {
    enum class From { file, environment, prompt } from = From::prompt;
    std::string name;                         // path, variable or the prompt's text
    std::optional<engine::Secret> typed = {}; // has been asked for already
};
// Reads it. A prompt needs a terminal; without one it throws Error(usage) naming the alternatives.
engine::Secret read_secret(const SecretSource& source);

struct AccountAnswer {
    std::string user;
    SecretSource password;
};

struct DatasourceAnswer {
    datasource::Kind kind = datasource::Kind::sqlite;
    std::string file; // embedded; empty: below the data directory
    std::string host;
    std::uint16_t port = 5432;
    std::string database;
    AccountAnswer application;
    AccountAnswer locum;
};

// Secrets of another cluster (token/keystore.hpp), for one that is created.
struct KeystoreAnswer {
    std::string file;
    SecretSource passphrase;
    bool warning_accepted = false;
};
// What is to be known before a keystore is imported; without a full stop.
inline constexpr const char* keystore_warning =
    "An import can destroy the installation. The new cluster's shared secrets are made from the "
    "keystore, for good, and what a suite encrypted with other secrets cannot be read with them: "
    "import the keystore of the cluster whose data the database has, or is to have, and no other";

struct Answers {
    std::string file;
    std::string text; // as it was read; part of the operation's inputs
    std::string suite;
    std::string trusted_key; // hex, or a path made absolute; empty: the token's
    bool licence_accepted = false;
    std::string node_name;
    std::string address;
    std::uint16_t agent_port = 61616;
    std::vector<std::string> components;
    std::string data_directory; // empty: the layout's
    std::string run_directory;  // empty: the layout's
    std::string create_token;   // path; exactly one of the two is set
    std::string use_token;
    std::optional<DatasourceAnswer> datasource; // with create_token only
    std::optional<KeystoreAnswer> keystore;     // likewise
    std::map<std::string, std::uint16_t> ports;
    std::map<std::string, cluster::ServiceChoice> services;
    FirewallAnswer firewall;
};

Answers parse_answers(const std::string& text, const std::string& file);
Answers load_answers(const std::string& file);

} // namespace locum::installer
