// The way through a list: forward, back, and what a changed answer makes void.

#include "interview/interview.hpp"

#include <doctest/doctest.h>

using namespace locum::interview;

namespace {

std::vector<Question> list() {
    Question colour{"colour", Form::choice, "Colour", "Of the door."};
    colour.options = [](const Draft&) {
        return std::vector<Option>{{"red", "Red"}, {"blue", "Blue"}};
    };
    colour.suggested = [](const Draft&) { return Value{"red"}; };
    Question shade{"shade", Form::text, "Shade", "Of the blue."};
    shade.asked = [](const Draft& draft) { return text_of(draft, "colour") == "blue"; };
    Question port{"port", Form::port, "Port", "To listen on."};
    port.fault = [](const Draft& draft, const Value& value) {
        return value.at(0) == "80"
                   ? "found 80 with " + text_of(draft, "colour") + "; expected another"
                   : "";
    };
    return {colour, shade, port};
}

} // namespace

TEST_CASE("interview: goes on by answers that hold, and says what is wrong with others") {
    Interview interview(list());
    CHECK(interview.current()->key == "colour");
    CHECK(interview.suggested() == Value{"red"});
    CHECK(interview.give({"green"}) == "found 'green'; expected one of red, blue");
    CHECK(interview.give({"red", "blue"}) == "found 2 values; expected one");
    CHECK(interview.current()->key == "colour");
    CHECK(interview.give({"red"}).empty());
    CHECK(interview.current()->key == "port");
    for (const char* text : {"", "0", "65536", "1e3", "+80", " 80", "80 "})
        CHECK_MESSAGE(interview.give({text}) ==
                          std::string("found '") + text + "'; expected 1 to 65535",
                      text);
    CHECK(interview.give({"80"}) == "found 80 with red; expected another");
    CHECK(interview.give({"81"}).empty());
    CHECK(interview.current() == nullptr);
    CHECK(interview.given() == Draft{{"colour", {"red"}}, {"port", {"81"}}});
}

TEST_CASE("interview: back at any point, what was given is suggested, and what it made void is not "
          "given") {
    Interview interview(list());
    CHECK(!interview.back());
    CHECK(interview.give({"blue"}).empty());
    CHECK(interview.number() == 2);
    CHECK(interview.give({"navy"}).empty());
    CHECK(interview.give({"81"}).empty());
    CHECK(interview.back());
    CHECK(interview.current()->key == "port");
    CHECK(interview.suggested() == Value{"81"});
    CHECK(interview.back());
    CHECK(interview.current()->key == "shade");
    CHECK(interview.back());
    CHECK(interview.suggested() == Value{"blue"});
    CHECK(interview.give({"red"}).empty());
    CHECK(interview.number() == 2);
    CHECK(interview.give(interview.suggested()).empty());
    CHECK(interview.given() == Draft{{"colour", {"red"}}, {"port", {"81"}}});
}

TEST_CASE("interview: what is given before is suggested, not skipped") {
    Interview interview(list(), {{"colour", {"blue"}}, {"shade", {"navy"}}});
    CHECK(interview.current()->key == "colour");
    CHECK(interview.suggested() == Value{"blue"});
    CHECK(interview.give({"blue"}).empty());
    CHECK(interview.suggested() == Value{"navy"});
}

TEST_CASE("interview: what can no more be chosen is not suggested again") {
    std::vector<Question> questions = list();
    Question rooms{"rooms", Form::several, "Rooms", "Behind the door."};
    rooms.options = [](const Draft& draft) {
        std::vector<Option> options{{"hall", "Hall"}};
        if (text_of(draft, "colour") == "blue")
            options.push_back({"bath", "Bath"});
        return options;
    };
    rooms.suggested = [](const Draft&) { return Value{"hall"}; };
    const std::vector<Question> both{questions[0], rooms};
    Interview interview(both, {{"colour", {"green"}}, {"rooms", {"bath"}}});
    CHECK(interview.suggested() == Value{"red"});
    CHECK(interview.give({"blue"}).empty());
    CHECK(interview.suggested() == Value{"bath"});
    CHECK(interview.give({"hall", "bath"}).empty());
    CHECK(interview.back());
    CHECK(interview.back());
    CHECK(interview.give({"red"}).empty());
    CHECK(interview.suggested() == Value{"hall"});
    CHECK(interview.give(interview.suggested()).empty());
    Interview none(both, {{"colour", {"red"}}, {"rooms", {"bath"}}});
    CHECK(none.give({"red"}).empty());
    CHECK(none.suggested() == Value{"hall"});
}

TEST_CASE(
    "interview: to its end by what was given, as far as it holds, and back from there to the last "
    "question") {
    Interview interview(list(), {{"colour", {"blue"}}, {"shade", {"navy"}}, {"port", {"81"}}});
    interview.to_end();
    CHECK(interview.current() == nullptr);
    CHECK(interview.given().size() == 3);
    CHECK(interview.back());
    CHECK(interview.current()->key == "port");
    CHECK(interview.number() == 3);

    Interview wrong(list(), {{"colour", {"blue"}}, {"shade", {"navy"}}, {"port", {"80"}}});
    wrong.to_end();
    CHECK(wrong.current()->key == "port");

    Interview partly(list(), {{"colour", {"blue"}}, {"port", {"81"}}});
    partly.to_end();
    CHECK(partly.current()->key == "shade");

    Interview nothing(list());
    nothing.to_end();
    CHECK(nothing.current()->key == "colour");
}
