# Copies FILES (relative to ROOT) to OUT, with the bug planted: the op id is no
# key any more and nobody looks whether it is there. Fails when what it changes
# is not where it was: a plant that does nothing would prove nothing.
function(plant text from to out)
  string(FIND "${text}" "${from}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "plant_key: not found: ${from}")
  endif()
  string(REPLACE "${from}" "${to}" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

foreach(file ${FILES})
  configure_file(${ROOT}/${file} ${OUT}/${file} COPYONLY)
endforeach()
file(READ ${ROOT}/001_foundation.sql text)
plant("${text}" "op_id jx.op_id PRIMARY KEY" "op_id jx.op_id" text)
file(WRITE ${OUT}/001_foundation.sql "${text}")
file(READ ${ROOT}/functions/batch.sql text)
plant("${text}" "SELECT * INTO v_op FROM jx.op WHERE op_id = p_op_id" "SELECT * INTO v_op FROM jx.op WHERE false" text)
file(WRITE ${OUT}/functions/batch.sql "${text}")
