// Completion scripts. The words are few and stable; files complete by ending.
#include <iostream>

#include "cli/commands.h"

namespace glasshive::cli {

namespace {

constexpr const char* bash_script = R"SH(_glasshive() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} sub=${COMP_WORDS[1]}
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W "run check query export info session docs completion --help --version" -- "$cur"))
        return
    fi
    case "$prev" in
        --profile) COMPREPLY=($(compgen -W "textbook realistic" -- "$cur")); return ;;
        -f|--format) COMPREPLY=($(compgen -W "jsonl csv perfetto" -- "$cur")); return ;;
        -s|--seed|-u|--until) return ;;
        -r|--record|-o|--output|--socket) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    esac
    if [[ $cur == -* ]]; then
        local words="--help"
        case "$sub" in
            run) words="--seed --until --profile --record --verbose --all --invariants --json --no-color --quiet --help" ;;
            check) words="--json --no-color --quiet --help" ;;
            query) words="--csv --json --no-color --help" ;;
            export) words="--format --output --help" ;;
            info) words="--json --no-color --help" ;;
            session) words="--socket --record --seed --help" ;;
        esac
        COMPREPLY=($(compgen -W "$words" -- "$cur"))
        return
    fi
    case "$sub" in
        run|check) COMPREPLY=($(compgen -f -X '!*.@(yaml|yml|hive)' -- "$cur") $(compgen -d -- "$cur")) ;;
        session) COMPREPLY=($(compgen -f -X '!*.@(yaml|yml)' -- "$cur") $(compgen -d -- "$cur")) ;;
        query|export|info) COMPREPLY=($(compgen -f -X '!*.hive' -- "$cur") $(compgen -d -- "$cur")) ;;
        docs) COMPREPLY=($(compgen -W "scenario events cli" -- "$cur")) ;;
        completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$cur")) ;;
    esac
}
shopt -s extglob
complete -o filenames -F _glasshive glasshive
)SH";

constexpr const char* zsh_script = R"SH(#compdef glasshive
_glasshive() {
    local -a subcommands
    subcommands=(
        'run:run scenarios and judge their expectations'
        'check:say everything that is wrong with a file'
        'query:ask a recording in SQL'
        'export:turn a recording into another format'
        'info:say what a recording holds'
        'session:drive one run over a socket'
        'docs:print a reference page'
        'completion:print a completion script'
    )
    if (( CURRENT == 2 )); then
        _describe 'command' subcommands
        return
    fi
    local sub=$words[2]
    shift words; (( CURRENT-- ))
    case $sub in
        run) _arguments '(-s --seed)'{-s,--seed}'[seed]:seed:' '(-u --until)'{-u,--until}'[stop at]:time:' \
                 '--profile[network profile]:profile:(textbook realistic)' \
                 '(-r --record)'{-r,--record}'[write a recording]:file:_files' \
                 '*'{-v,--verbose}'[more lines]' '--all[every line]' '--invariants[check invariants]' \
                 '--json[for machines]' '--no-color[no colour]' '(-q --quiet)'{-q,--quiet}'[verdicts only]' \
                 '*:scenario:_files -g "*.(yaml|yml|hive)"' ;;
        check) _arguments '--json[for machines]' '--no-color[no colour]' '*:file:_files -g "*.(yaml|yml|hive)"' ;;
        query) _arguments '--csv[comma-separated]' '--json[for machines]' '1:recording:_files -g "*.hive"' '2:SQL:' ;;
        export) _arguments '(-f --format)'{-f,--format}'[format]:format:(jsonl csv perfetto)' \
                 '(-o --output)'{-o,--output}'[file]:file:_files' '1:recording:_files -g "*.hive"' ;;
        info) _arguments '--json[for machines]' '1:recording:_files -g "*.hive"' ;;
        session) _arguments '--socket[socket path]:file:_files' '--record[recording]:file:_files' '1:scenario:_files -g "*.(yaml|yml)"' ;;
        docs) _arguments '1:page:(scenario events cli)' ;;
        completion) _arguments '1:shell:(bash zsh fish)' ;;
    esac
}
_glasshive "$@"
)SH";

constexpr const char* fish_script = R"SH(complete -c glasshive -f
set -l subs run check query export info session docs completion
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a run -d "Run scenarios and judge them"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a check -d "Say what is wrong with a file"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a query -d "Ask a recording in SQL"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a export -d "Turn a recording into another format"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a info -d "Say what a recording holds"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a session -d "Drive one run over a socket"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a docs -d "Print a reference page"
complete -c glasshive -n "not __fish_seen_subcommand_from $subs" -a completion -d "Print a completion script"
complete -c glasshive -n "__fish_seen_subcommand_from run check session query export info" -F
complete -c glasshive -n "__fish_seen_subcommand_from run" -s s -l seed -x -d "Seed of every random stream"
complete -c glasshive -n "__fish_seen_subcommand_from run" -s u -l until -x -d "Stop at this virtual time"
complete -c glasshive -n "__fish_seen_subcommand_from run" -l profile -x -a "textbook realistic"
complete -c glasshive -n "__fish_seen_subcommand_from run" -s r -l record -r -d "Write a recording"
complete -c glasshive -n "__fish_seen_subcommand_from run" -s v -l verbose -d "More lines"
complete -c glasshive -n "__fish_seen_subcommand_from run" -l all -d "Every timeline line"
complete -c glasshive -n "__fish_seen_subcommand_from run" -l invariants -d "Check invariants"
complete -c glasshive -n "__fish_seen_subcommand_from run check query info" -l json -d "For machines"
complete -c glasshive -n "__fish_seen_subcommand_from run check query info" -l no-color -d "No colour"
complete -c glasshive -n "__fish_seen_subcommand_from run check" -s q -l quiet -d "Verdicts only"
complete -c glasshive -n "__fish_seen_subcommand_from query" -l csv
complete -c glasshive -n "__fish_seen_subcommand_from export" -s f -l format -x -a "jsonl csv perfetto"
complete -c glasshive -n "__fish_seen_subcommand_from export" -s o -l output -r
complete -c glasshive -n "__fish_seen_subcommand_from session" -l socket -r
complete -c glasshive -n "__fish_seen_subcommand_from session" -s r -l record -r
complete -c glasshive -n "__fish_seen_subcommand_from docs" -a "scenario events cli"
complete -c glasshive -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
)SH";

}   // namespace

int completion_command(const std::string& shell) {
    std::cout << (shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : fish_script);
    return exit_ok;
}

}   // namespace glasshive::cli
