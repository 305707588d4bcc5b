#pragma once
// A question of an installation: what every front end needs to put it, and nothing of how it looks.

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace locum::interview {

// What is given, by its key in the answers file: "node.address". One text, but for `several`; "yes"
// or "no" of a `yes_no`. A password is never held, but where it is found, as the answers file says
// it: {"file", PATH},
// {"environment", NAME} or {"prompt"}.
using Value = std::vector<std::string>;
using Draft = std::map<std::string, Value>;

// The first text of a key; "" where it is not given.
std::string text_of(const Draft& draft, const std::string& key);

// accept: a text to read, and "yes" to go on.
enum class Form { accept, yes_no, choice, several, text, path, port, password };

struct Option {
    std::string value;
    std::string title;
    std::string note = {}; // "64 MB disk, 64 MB memory"
};

struct Question {
    std::string key;
    Form form = Form::text;
    std::string title;        // "Address of this node"
    std::string help;         // what `?` says, and the comment of a template
    std::string reading = {}; // accept: the text; yes_no: what is to be known before it
    // Whether it is put at all, after what was given before it; empty: always.
    std::function<bool(const Draft&)> asked = {};
    // Empty: nothing is suggested.
    std::function<Value(const Draft&)> suggested = {};
    // Of choice and several.
    std::function<std::vector<Option>(const Draft&)> options = {};
    // "found …; expected …", or "" where nothing is wrong with it. Empty: nothing can be.
    std::function<std::string(const Draft&, const Value&)> fault = {};
};

bool is_asked(const Question& question, const Draft& draft);
Value suggestion(const Question& question, const Draft& draft);
// By its form, its options, and its own check.
std::string fault_of(const Question& question, const Draft& draft, const Value& value);

} // namespace locum::interview
