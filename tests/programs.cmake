# Tests that drive build/glasshive as a person or a script would.

# program_test(<folder>): every *_test.py below tests/<folder> is one ctest, FOLDER_NAME.
function(program_test folder)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${folder}/*_test.py)
  foreach(script ${scripts})
    get_filename_component(name ${script} NAME_WE)
    string(REGEX REPLACE "_test$" "" name ${name})
    if(GLASSHIVE_SANITIZE AND folder STREQUAL "viewer/app" AND name STREQUAL "window")
      continue()   # The X server's half of OpenGL is not ours to sanitize.
    endif()
    add_test(NAME ${folder}_${name}
             COMMAND ${Python3_EXECUTABLE} -B ${script} ${CMAKE_BINARY_DIR}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${folder}_${name} PROPERTIES LABELS program TIMEOUT 600)
    if(GLASSHIVE_SANITIZE AND (folder STREQUAL "viewer/app" OR name STREQUAL "view"))
      # Mesa's threads are gone when LeakSanitizer looks for them, and it falls over that.
      set_tests_properties(${folder}_${name} PROPERTIES ENVIRONMENT ASAN_OPTIONS=detect_leaks=0)
    endif()
  endforeach()
endfunction()

program_test(world)
program_test(session)
program_test(cli)
program_test(policy)
program_test(director)
program_test(compare)
program_test(console)
program_test(serve)
program_test(viewer/app)
program_test(clients)

# Every shipped scenario twice, and with another seed. `./dev test` does it for both builds together.
if(NOT GLASSHIVE_SANITIZE)
  add_test(NAME world_digests
           COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tests/digests.py ${CMAKE_BINARY_DIR}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(world_digests PROPERTIES LABELS program TIMEOUT 600)
endif()
