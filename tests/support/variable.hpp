#pragma once
// A variable of this process, as it was before once the object is gone.

#include <cstdlib>
#include <optional>
#include <string>

#include "native_environment.hpp"

namespace locum::testing {

class Variable {
public:
    Variable(std::string name, const std::string& value) : name_(std::move(name)) {
        if (const char* before = std::getenv(name_.c_str()))
            before_ = before;
        set_variable(name_, value);
    }
    ~Variable() { set_variable(name_, before_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    std::string name_;
    std::optional<std::string> before_;
};

} // namespace locum::testing
