/* scheme/sections.h: the tables of a scheme's keys, section by section. */
#ifndef JX_SCHEME_SECTIONS_H
#define JX_SCHEME_SECTIONS_H

#include "scheme/reader.h"

/* Reads the whole file's mapping into reader->scheme. */
void sections_read(struct reader *reader, const struct yaml_node *root);

#endif
