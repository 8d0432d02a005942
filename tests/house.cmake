# Tests of the house itself: layering, headers, style, documentation, and the scripts that check them.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

# house_test(<name> <script> [ARGUMENT...]): exit status 77 means "cannot be checked yet".
function(house_test name script)
  add_test(NAME house_${name}
           COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_SOURCE_DIR}/tests/${script} ${ARGN}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(house_${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS house)
endfunction()

house_test(headers layering/headers.py . --cache ${CMAKE_BINARY_DIR}/headers
           --compiler ${CMAKE_CXX_COMPILER})
set_tests_properties(house_headers PROPERTIES PROCESSORS 2)

# The rest looks at the source, not at a build, so one build runs it: the one without sanitizers.
if(GLASSHIVE_SANITIZE)
  return()
endif()
house_test(layering layering/layering.py .)
house_test(style style/style.py .)
house_test(broken_files scenarios/broken.py ${CMAKE_BINARY_DIR})
house_test(docs_pages docs/docs.py . --build ${CMAKE_BINARY_DIR} --static)
house_test(docs_commands docs/docs.py . --build ${CMAKE_BINARY_DIR} --commands)
set_tests_properties(house_docs_commands PROPERTIES TIMEOUT 900)

# A check that cannot fail checks nothing: each has a test of its own.
house_test(layering_check layering/layering_test.py)
house_test(headers_check layering/headers_test.py)
house_test(style_check style/style_test.py)
house_test(docs_check docs/docs_test.py)
house_test(bench_report bench/report_test.py)
house_test(scripts support/scripts_test.py)
house_test(docker_transcripts words/record.py --check)
