@echo off
rem Runs a command of the client with Java 17 or newer: the one that JAVA_HOME names, or the one in the path.
setlocal
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java"
"%java%" -XX:+UseSerialGC -Xshare:auto -jar "%~dp0..\lib\client\datahub-cli.jar" %*
