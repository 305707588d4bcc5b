#pragma once
// Within suite/ only: the checks of `bundle lint`, one function a subject, and what they share.

#include "suite/lint.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace locum::suite {

struct Words {
    std::string name; // of the finding
    std::string found;
    std::string expected;
    std::string remedy;
};

class Remarks {
public:
    void add(std::vector<Remark> remarks);
    void note(Spot at, Words words);
    void warning(Spot at, Words words);
    void error(Spot at, Words words);
    std::vector<Remark> take() { return std::move(remarks_); }

private:
    void add(Spot at, Words words, engine::Severity severity, bool note);
    std::vector<Remark> remarks_;
};

// Where the manifest says it: a table ({"components", "server"}), or an item of an array of tables.
Spot table_at(const Source& source, std::initializer_list<std::string_view> keys);
Spot item_at(const Source& source, std::initializer_list<std::string_view> keys, std::size_t index);

// A text with variables, but for the datasource's SQL.
struct TextOf {
    std::string component; // whose text it is
    std::string text;
    std::string file = {}; // of a template; empty: it stands in the manifest
};
std::vector<TextOf> texts_of(const Source& source);

// A variable that one of the suite's texts names.
struct Use {
    std::string component;  // whose text it is
    std::string variable;   // "port.device"
    bool of_server = false; // of one of the balanced servers, instead of this node
    bool in_template = false;
};
std::vector<Use> uses_of(const Source& source);
std::vector<Use> uses_in_template(const Source& source, const Config& config);

// The one of this name; nullptr where there is none.
template <class Named>
const Named* named(const std::vector<Named>& all, const std::string& name) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
    return found == all.end() ? nullptr : &*found;
}

// nullptr where there is none.
const Component* server_of(const Manifest& manifest);
bool can_roll(const Manifest& manifest);

// What a check finds on hosts of each system that the suite tells apart. What it finds on some of
// them only says so.
using Check = void (*)(const Source& source, Remarks& remarks);
void lint_each(const std::vector<Source>& by_system, Check check, Remarks& remarks);

void lint_systems(const Source& source, Remarks& remarks);
void lint_programs_there(const Source& source, Remarks& remarks);
void lint_components(const Source& source, Remarks& remarks);
void lint_names(const Source& source, Remarks& remarks);
void lint_services(const Source& source, Remarks& remarks);
void lint_probes(const Source& source, Remarks& remarks);
void lint_ports(const Source& source, Remarks& remarks);
void lint_literals(const Source& source, Remarks& remarks);
void lint_configs(const Source& source, Remarks& remarks);
void lint_ways(const Source& source, Remarks& remarks);
void lint_database(const Source& source, const std::vector<Source>& older, Remarks& remarks);

} // namespace locum::suite
