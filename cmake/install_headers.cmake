# Runs at installation: the headers of public_headers.txt, and all that they include of ours, as <boresight/ROOM/..>. Their own
# includes are written so too: with "problem/kernel.h" left as it is, our rooms' names, which are plain words, would have to
# stand on the user's include path, where a problem/ of his own would be taken for ours.
# Set by cmake/install.cmake: SOURCE the tree, SCRATCH a directory of the build, INCLUDE_DIRECTORY where to, under the prefix.

# The installed path of a header. The two C interfaces are alone at the top.
function(installed_path result header)
  string(REGEX REPLACE "^(problem|impl)/(boresight|attention)\\.h$" "\\2.h" path ${header})
  set(${result} boresight/${path} PARENT_SCOPE)
endfunction()

function(install_header header included)
  file(READ ${SOURCE}/${header} text)
  foreach(other IN LISTS included)
    installed_path(path ${other})
    string(REPLACE "#include \"${other}\"" "#include \"${path}\"" text "${text}")
  endforeach()
  installed_path(path ${header})
  file(WRITE ${SCRATCH}/header.h "${text}")
  cmake_path(GET path PARENT_PATH directory)
  file(MAKE_DIRECTORY ${SCRATCH}/${directory})
  file(COPY_FILE ${SCRATCH}/header.h ${SCRATCH}/${path} ONLY_IF_DIFFERENT)  # what did not change need not be compiled again
  file(INSTALL ${SCRATCH}/${path} DESTINATION ${CMAKE_INSTALL_PREFIX}/${INCLUDE_DIRECTORY}/${directory})
endfunction()

# Our own headers that one includes, by their paths in the tree.
function(includes_of result header)
  file(STRINGS ${SOURCE}/${header} lines REGEX "^#include \"")
  list(TRANSFORM lines REPLACE "^#include \"([^\"]+)\".*" "\\1")
  set(${result} ${lines} PARENT_SCOPE)
endfunction()

file(STRINGS ${SOURCE}/cmake/public_headers.txt waiting REGEX "^[^#]")
list(TRANSFORM waiting REPLACE " .*" "")
set(seen ${waiting})
while(waiting)
  list(POP_FRONT waiting header)
  includes_of(included ${header})
  install_header(${header} "${included}")
  list(REMOVE_ITEM included ${seen})
  list(APPEND waiting ${included})
  list(APPEND seen ${included})
endwhile()
