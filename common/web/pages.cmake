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
set(TQ_NODE_MODULES ${PROJECT_SOURCE_DIR}/node_modules/.package-lock.json)
if(TQ_PAGES_BUILT)
    add_custom_command(OUTPUT ${TQ_NODE_MODULES}
        COMMAND ${TQ_NPM} ci --no-audit --no-fund --loglevel=error
        DEPENDS ${PROJECT_SOURCE_DIR}/package-lock.json ${PROJECT_SOURCE_DIR}/package.json
        WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
        COMMENT "npm ci (-DTQ_PAGES=OFF builds without the pages)" VERBATIM)
    add_custom_target(tq_node_modules DEPENDS ${TQ_NODE_MODULES})
endif()

# tq_page(<target> <table> <folder of the page's sources>): add the page to a program.
function(tq_page target table folder)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/page)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/${table}.c)
    set(embed ${PROJECT_SOURCE_DIR}/common/web/embed.cmake)
    if(TQ_PAGES_BUILT)
        file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/* ${PROJECT_SOURCE_DIR}/common/web/ui/*)
        add_custom_command(OUTPUT ${source}
            COMMAND ${CMAKE_COMMAND} -E rm -rf ${out}
            COMMAND ${TQ_NODE} ${folder}/build.mjs ${out}
            COMMAND ${CMAKE_COMMAND} -DDIR=${out} -DNAME=${table} -DOUT=${source} -P ${embed}
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
