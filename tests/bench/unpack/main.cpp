// The parts of tests/bench/unpack/unpack that are Locum's, one a process. Each prints one JSON
// line with what it took.
//   bench-unpack build SUITE.TOML BUNDLE         with a fresh key: BUNDLE.key, BUNDLE.pub
//   bench-unpack unpack BUNDLE FOLDER            verifies the bundle, then unpacks `server`
//   bench-unpack parse BUNDLE                    parses its manifest once more; of opening, a part
//   bench-unpack remove FOLDER

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "suite/bundle.hpp"

#include <chrono>
#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

using namespace locum;

namespace {

template <class F>
double seconds(F&& f) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

rusage used() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage;
}

long peak_kib() {
    return used().ru_maxrss;
}

double cpu_seconds() {
    const rusage usage = used();
    const auto in_seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

void build(const std::string& toml, const std::string& bundle) {
    const auto key = suite::SigningKey::generate();
    suite::write_key_pair(key, bundle);
    const double took = seconds([&] { suite::build_bundle(toml, key, bundle); });
    fmt::print("{{\"build_s\": {:.3f}, \"peak_kib\": {}}}\n", took, peak_kib());
}

void unpack(const std::string& file, const std::string& into) {
    const auto key = suite::PublicKey::load(file + ".pub");
    std::optional<suite::Bundle> bundle;
    const double opened = seconds([&] { bundle = suite::Bundle::open(file, key); });
    const double before = cpu_seconds();
    const double unpacked = seconds([&] { bundle->unpack("server", into); });
    const double cpu = cpu_seconds() - before;
    fmt::print("{{\"open_s\": {:.3f}, \"unpack_s\": {:.3f}, \"unpack_cpu_s\": {:.3f}, "
               "\"peak_kib\": {}}}\n",
               opened, unpacked, cpu, peak_kib());
}

void parse(const std::string& file) {
    const auto bundle = suite::Bundle::open(file, suite::PublicKey::load(file + ".pub"));
    const std::string& text = bundle.manifest_text();
    const double took = seconds([&] { suite::parse_manifest(text, "manifest.toml"); });
    fmt::print("{{\"parse_s\": {:.3f}, \"manifest_kib\": {}, \"files\": {}}}\n", took,
               text.size() >> 10, bundle.manifest().files.size());
}

void remove(const std::string& folder) {
    fmt::print("{{\"remove_s\": {:.3f}}}\n", seconds([&] { platform::remove_all(folder); }));
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        if (words.size() == 3 && words[0] == "build")
            build(words[1], words[2]);
        else if (words.size() == 3 && words[0] == "unpack")
            unpack(words[1], words[2]);
        else if (words.size() == 2 && words[0] == "parse")
            parse(words[1]);
        else if (words.size() == 2 && words[0] == "remove")
            remove(words[1]);
        else
            throw engine::Error("usage: bench-unpack build|unpack|parse|remove …",
                                engine::Kind::usage);
        return 0;
    } catch (const engine::Error& error) {
        std::fprintf(stderr, "bench-unpack: %s\n", error.one_line().c_str());
        return 1;
    }
}
