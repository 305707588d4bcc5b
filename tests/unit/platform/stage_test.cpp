#include "platform/stage.hpp"
#include "platform/tree.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::error_of;
using testing::Scratch;

namespace {

Stage::Blocks once(std::string_view text) {
    return [text]() mutable { return std::exchange(text, {}); };
}

} // namespace

TEST_CASE("stage: filled unseen, then in its place whole") {
    Scratch scratch;
    {
        Stage stage(scratch / "above/1.0");
        stage.make_folder("bin", 0755);
        stage.write_file("bin/server", 0755, once("program"));
        for (int number = 0; number < 300; ++number)
            stage.write_later(std::to_string(number), 0644, "later", [](std::string_view content) {
                if (content != "later")
                    throw engine::Error("other content");
            });
        CHECK(!exists(scratch / "above/1.0"));
        stage.publish(0755);
    }
    CHECK(read_file(scratch / "above/1.0/bin/server") == "program");
    CHECK(read_file(scratch / "above/1.0/299") == "later");
    CHECK(has_mode(look_at(scratch / "above/1.0").value().mode, 0755));
    CHECK(has_mode(look_at(scratch / "above/1.0/bin/server").value().mode, 0755));
    CHECK(list_folder(scratch / "above") == std::vector<std::string>{"1.0"});
    CHECK(contains(error_of([&] { Stage(scratch / "above/1.0"); }).what(), "is there already"));
}

TEST_CASE("stage: what is not published is gone, and so is what an earlier run left") {
    Scratch scratch;
    make_folders(scratch / "a.stage/old");
    {
        Stage stage(scratch / "a");
        CHECK(has_mode(look_at(scratch / "a.stage").value().mode, 0700));
        stage.write_file("file", 0644, once("x"));
        CHECK(list_folder(scratch / "a.stage") == std::vector<std::string>{"file"});
    }
    CHECK(list_folder(scratch.path()).empty());
}

TEST_CASE("stage: nothing outside it, nothing over what is there, and a later fault is told") {
    Scratch scratch;
    Stage stage(scratch / "a");
    stage.write_file("file", 0644, once("x"));
    for (const char* path : {"../b", "..", ".", "", "x/../b", "/b", "none/b", "file", "file/b"})
        CHECK_MESSAGE(
            !std::string(error_of([&] { stage.write_file(path, 0644, once("y")); }).remedy())
                 .empty(),
            path);
    CHECK(read_file(scratch / "a.stage/file") == "x");
    stage.write_later("bad", 0644, "text",
                      [](std::string_view) -> void { throw engine::Error("not what was signed"); });
    CHECK(contains(error_of([&] { stage.publish(0755); }).what(), "not what was signed"));
    CHECK(!exists(scratch / "a"));
}
