/* The pack of all applets, as it came from the compiler. */
    .section .rodata
    .balign 16
    .global applets_start, applets_end
applets_start:
    .incbin APPLETS
applets_end:
    .section .note.GNU-stack,"",%progbits
