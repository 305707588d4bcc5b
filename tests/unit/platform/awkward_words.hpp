#pragma once
// What a command line must bear: all words of up to four characters of those that count.

#include <string>
#include <vector>

namespace locum::testing {

inline std::vector<std::string> awkward_words() {
    const std::string characters = "\\\" a";
    std::vector<std::string> argv = {"C:\\Program Files\\X\\x.exe"};
    std::vector<std::string> longest = {""};
    argv.push_back("");
    for (int length = 1; length <= 4; ++length) {
        std::vector<std::string> longer;
        for (const std::string& word : longest)
            for (const char c : characters)
                longer.push_back(word + c);
        argv.insert(argv.end(), longer.begin(), longer.end());
        longest = std::move(longer);
    }
    return argv;
}

} // namespace locum::testing
