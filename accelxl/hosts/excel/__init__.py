"""Excel through xlwings: functions, ribbon and macros, in workbooks and as an add-in."""
