/* The floor of a first frame: what ncurses itself costs. */
#define _XOPEN_SOURCE_EXTENDED 1
#include <locale.h>
#include <ncurses.h>

int main(void) {
    setlocale(LC_ALL, "");
    initscr();
    raw();
    noecho();
    keypad(stdscr, TRUE);
    mvaddstr(2, 2, "Hello");
    mvaddstr(LINES - 1, 2, "q quit");
    refresh();
    while (getch() != 'q') {
    }
    endwin();
    return 0;
}
