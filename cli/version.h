// What this build is: the words that a report needs so that its reader can have the same command.
#pragma once

namespace boresight {

const char* version();   // "0.1.0"
const char* commit();    // twelve digits, "-dirty" behind them where files differed; "unknown" outside a repository
const char* compiler();  // "g++ 12.2.0", "clang 19.1.7"

}  // namespace boresight
