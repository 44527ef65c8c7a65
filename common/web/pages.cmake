# The pages in the browser: TypeScript made into a few files by esbuild, embedded in the program.
#
# TQ_PAGES: AUTO builds them where Node.js and npm are there, OFF never, ON demands them. A program
# without its page has all commands and the API.
set(TQ_PAGES AUTO CACHE STRING "Build the pages: AUTO (where Node.js is there), ON, OFF")
find_program(TQ_NODE NAMES node nodejs)
find_program(TQ_NPM npm)
set(TQ_PAGES_BUILT OFF)
if(NOT TQ_PAGES STREQUAL OFF AND EXISTS ${PROJECT_SOURCE_DIR}/package-lock.json)
    if(TQ_NODE AND TQ_NPM)
        set(TQ_PAGES_BUILT ON)
    elseif(TQ_PAGES STREQUAL ON)
        message(FATAL_ERROR "TQ_PAGES=ON needs node and npm (script/bootstrap installs them)")
    endif()
endif()
if(NOT TQ_PAGES_BUILT)
    message(STATUS "The programs are built without their pages (TQ_PAGES=${TQ_PAGES}, node: ${TQ_NODE})")
endif()

# What the lock file names, once; a new lock file fetches anew.
set(TQ_PAGES_DIR ${PROJECT_BINARY_DIR}/pages)
set(TQ_NODE_MODULES ${TQ_PAGES_DIR}/node_modules/.package-lock.json)
if(TQ_PAGES_BUILT)
    add_custom_command(OUTPUT ${TQ_NODE_MODULES}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${TQ_PAGES_DIR}
        COMMAND ${CMAKE_COMMAND} -E copy ${PROJECT_SOURCE_DIR}/package.json
            ${PROJECT_SOURCE_DIR}/package-lock.json ${TQ_PAGES_DIR}
        COMMAND ${CMAKE_COMMAND} -E chdir ${TQ_PAGES_DIR}
            ${TQ_NPM} ci --no-audit --no-fund --loglevel=error
        COMMAND ${CMAKE_COMMAND} -E touch ${TQ_NODE_MODULES}
        DEPENDS ${PROJECT_SOURCE_DIR}/package-lock.json ${PROJECT_SOURCE_DIR}/package.json
        COMMENT "npm ci (-DTQ_PAGES=OFF builds without the pages)" VERBATIM)
    add_custom_target(tq_node_modules DEPENDS ${TQ_NODE_MODULES})
endif()

# tq_page(tuquan-<name> <table> <folder of the page's sources>): add the page to a program.
function(tq_page target table folder)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/page)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
    set(embed ${PROJECT_SOURCE_DIR}/common/web/embed.cmake)
    if(TQ_PAGES_BUILT)
        string(REPLACE "tuquan-" "" name ${target})
        set(build ${PROJECT_SOURCE_DIR}/common/web/build.mjs)
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/* ${PROJECT_SOURCE_DIR}/common/web/ui/*)
        list(APPEND sources ${build} ${PROJECT_SOURCE_DIR}/data/songlo.geojson)
        add_custom_command(OUTPUT ${source}
            COMMAND ${CMAKE_COMMAND} -E rm -rf ${out}
            COMMAND ${TQ_NODE} ${build} --modules=${TQ_PAGES_DIR}/node_modules --only=${name} ${out}
            COMMAND ${CMAKE_COMMAND} -DDIR=${out}/${name} -DNAME=${table} -DOUT=${source} -P ${embed}
            DEPENDS ${sources} ${embed} ${TQ_NODE_MODULES}
            WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
            COMMENT "The page of ${target}" VERBATIM)
        add_dependencies(${target} tq_node_modules)
    else()
        add_custom_command(OUTPUT ${source}
            COMMAND ${CMAKE_COMMAND} -DDIR= -DNAME=${table} -DOUT=${source} -P ${embed}
            DEPENDS ${embed} VERBATIM)
    endif()
    target_sources(${target} PRIVATE ${source})
endfunction()
