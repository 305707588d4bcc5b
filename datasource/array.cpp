#include "datasource/array.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace locum::datasource {
namespace {

class Canonical {
public:
    Canonical(Form element, std::string& space) : element_(element), space_(space) {
        space_.clear();
    }
    void bracket(char c) { space_ += c; }
    void null() { space_ += 'n'; }
    void value(std::string_view text) {
        const std::string_view made = canonical(element_, text, buffer_);
        space_ += std::to_string(made.size());
        space_ += ':';
        space_ += made;
    }

private:
    Form element_;
    std::string& space_;
    std::string buffer_;
};

// Numbers as they are written, since a double would round them.
class Reader : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Reader(Canonical& to) : to_(to) {}

    bool null() override {
        return element([&] { to_.null(); });
    }
    bool boolean(bool value) override { return text(value ? "t" : "f"); }
    bool number_integer(number_integer_t value) override { return text(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return text(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& written) override { return text(written); }
    bool string(string_t& value) override { return text(value); }
    bool start_array(std::size_t) override {
        ++depth_;
        to_.bracket('[');
        return true;
    }
    bool end_array() override {
        --depth_;
        to_.bracket(']');
        return true;
    }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return false; }
    bool key(string_t&) override { return false; }
    bool end_object() override { return false; }
    bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
        return false;
    }

private:
    template <class Add>
    bool element(Add add) {
        if (depth_ == 0)
            return false;
        add();
        return true;
    }
    bool text(std::string_view value) {
        return element([&] { to_.value(value); });
    }

    Canonical& to_;
    int depth_ = 0;
};

} // namespace

std::string_view canonical_array(Form element, std::string_view text, std::string& space) {
    Canonical to(element, space);
    std::string value;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '"') {
            value.clear();
            text.remove_prefix(1);
            while (!text.empty() && text.front() != '"') {
                text.remove_prefix(text.front() == '\\' && text.size() > 1 ? 1 : 0);
                value += text.front();
                text.remove_prefix(1);
            }
            text.remove_prefix(std::min<std::size_t>(1, text.size()));
            to.value(value);
        } else if (c == '{' || c == '}' || c == ',') {
            if (c != ',')
                to.bracket(c == '{' ? '[' : ']');
            text.remove_prefix(1);
        } else {
            const std::string_view bare = text.substr(0, text.find_first_of(",{}"));
            text.remove_prefix(bare.size());
            if (bare == "NULL")
                to.null();
            else
                to.value(bare);
        }
    }
    return space;
}

std::string_view canonical_json(Form element, std::string_view json, std::string& space) {
    Canonical to(element, space);
    Reader reader(to);
    if (!nlohmann::json::sax_parse(json, &reader))
        space = json;
    return space;
}

} // namespace locum::datasource
