/*
 * cli/grid.h: rows and columns, declared once, shown in any form: aligned on a
 * terminal, TSV into a pipe, CSV, JSON.
 *
 * Data forms carry codes and stable column names; the screen carries words.
 */
#ifndef JX_CLI_GRID_H
#define JX_CLI_GRID_H

#include <jansson.h>
#include <stdio.h>

#include "cli/cli.h"

enum grid_type {
	GRID_TEXT,
	GRID_WHOLE,  /* right-aligned; an integer in JSON */
	GRID_FIGURE, /* right-aligned; text in JSON: figures keep their digits */
	GRID_BOOL,   /* "true" or "false" as data */
};

enum grid_place {
	GRID_ALWAYS,
	GRID_DATA_ONLY, /* not on the screen */
	GRID_IF_WIDE,   /* on the screen, when it is wide enough for all of these */
};

struct grid_column {
	const char *code, *zh, *en;
	enum grid_type type;
	enum grid_place place;
};

enum grid_form { GRID_SCREEN, GRID_TSV, GRID_CSV, GRID_JSON };

struct grid;

/* --json, --csv; else by what stdout is. */
enum grid_form grid_form_of(const struct cli *cli);

/* columns are borrowed. The grid lives in cli's arena; so do the texts given. NULL: memory out. */
struct grid *grid_new(
    const struct cli *cli, enum grid_form form, const struct grid_column *columns, size_t count);
/*
 * The next cell, row by row. data and words are borrowed; words NULL: as data;
 * data NULL: nothing there.
 */
void grid_add(struct grid *grid, const char *data, const char *words);
/* The same, a number. */
void grid_add_whole(struct grid *grid, uint64_t number);
void grid_add_bool(struct grid *grid, bool value);

/* On the screen, the rows from here on stand under a title of their own. */
void grid_add_section(struct grid *grid, const char *title);

/* To stdout: all forms but JSON. */
void grid_print(const struct grid *grid);
/* The rows as an array of objects; new reference; NULL: memory out. */
json_t *grid_json(const struct grid *grid);
/* grid_print, or the JSON: the array, or its one object when is_single. The exit status. */
int grid_show(const struct grid *grid, bool is_single);
/* Prints a JSON value as every command does, takes the reference; NULL: memory out. */
int grid_put_json(const struct cli *cli, json_t *json);

#endif
