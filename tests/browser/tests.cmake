# The pages: what the type checker says, the kit without a browser (label web), and the real programs
# in a real one (label browser). Without Node.js there are no pages, and none of these.
if(TQ_PAGES_BUILT)
    set(modules ${TQ_PAGES_DIR}/node_modules)
    add_test(NAME web.types COMMAND ${TQ_NODE} ${PROJECT_SOURCE_DIR}/common/web/build.mjs
        --modules=${modules} --check-types ${PROJECT_BINARY_DIR}/pages/types)
    add_test(NAME web.kit COMMAND ${TQ_NODE} ${CMAKE_CURRENT_SOURCE_DIR}/browser/kit.mjs
        --modules=${modules})
    set_tests_properties(web.types web.kit PROPERTIES LABELS web TIMEOUT 300)
    find_program(TQ_CHROMIUM NAMES chromium chromium-browser)
    if(TQ_CHROMIUM)
        foreach(name board desk office screens files keyboard models scripts together viewer)
            add_test(NAME browser.${name} COMMAND ${TQ_NODE}
                ${CMAKE_CURRENT_SOURCE_DIR}/browser/${name}.mjs
                --modules=${modules} --commune=$<TARGET_FILE:tuquan-commune>
                --district=$<TARGET_FILE:tuquan-district> --python=${Python3_EXECUTABLE}
                --chromium=${TQ_CHROMIUM} --out=${PROJECT_BINARY_DIR}/browser)
            set_tests_properties(browser.${name} PROPERTIES LABELS browser TIMEOUT 900)
        endforeach()
    endif()
endif()
