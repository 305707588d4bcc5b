#pragma once
// The part of the list that is about the keystore of another cluster, where one is created.

#include "interview/questions.hpp"

namespace locum::interview {

std::vector<Question> questions_of_keystore(const Setting& setting);

} // namespace locum::interview
