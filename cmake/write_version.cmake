# cmake -DSOURCE=.. -DOUTPUT=.. -DVERSION=.. -P write_version.cmake: fills in cli/version.cc.in.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
                OUTPUT_VARIABLE COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
if(failed)
  set(COMMIT unknown)
endif()
configure_file(${SOURCE}/cli/version.cc.in ${OUTPUT} @ONLY)
