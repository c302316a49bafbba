# bash completion for tfhub

# These come with the bash-completion package; plain bash gets by with less.
declare -F _filedir >/dev/null || _filedir() { COMPREPLY=($(compgen -f -- "$cur")); }
declare -F __ltrim_colon_completions >/dev/null || __ltrim_colon_completions() { :; }

_tfhub_handles() {
  tfhub cache ls 2>/dev/null | tail -n +2 | cut -d ' ' -f 1
}

_tfhub() {
  local cur prev words cword
  if declare -F _init_completion >/dev/null; then
    _init_completion -n : || return
  else  # without the bash-completion package
    words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  fi

  case $prev in
    --store|--disk-cache|--tls-cert|--tls-key|--doc|-o|--output|--output-dir|--tfhub_cache_dir)
      _filedir
      return ;;
    --format)
      COMPREPLY=($(compgen -W 'tf tflite tfjs' -- "$cur"))
      return ;;
    --tfhub_model_load_format)
      COMPREPLY=($(compgen -W 'AUTO COMPRESSED UNCOMPRESSED' -- "$cur"))
      return ;;
    --listen|--uncompressed-base|--public-url|--drain-timeout|--refresh-interval|--disk-cache-size|--threads|--max-size|--older-than|--signature|--tags|--benchmark)
      return ;;
  esac

  local command= action= word
  for word in "${words[@]:1:cword-1}"; do
    [[ $word == -* ]] && continue
    if [[ -z $command ]]; then command=$word; elif [[ -z $action ]]; then action=$word; fi
  done

  local common='--help --quiet --verbose'
  case $command in
    '')
      COMPREPLY=($(compgen -W "serve publish resolve pull inspect run cache docs store help --version $common" -- "$cur")) ;;
    serve)
      COMPREPLY=($(compgen -W "--store --listen --uncompressed-base --public-url --tls-cert --tls-key --drain-timeout --refresh-interval --redirect-downloads
        --disk-cache --disk-cache-size --threads $common" -- "$cur")) ;;
    publish)
      if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "--store --doc --threads --json $common" -- "$cur"))
      else
        _filedir
      fi ;;
    resolve|pull)
      if [[ $cur == -* ]]; then
        local own='--tfhub_model_load_format'
        [[ $command == pull ]] && own='--output --format --force'
        COMPREPLY=($(compgen -W "$own --tfhub_cache_dir --json $common" -- "$cur"))
      else
        COMPREPLY=($(compgen -W "$(_tfhub_handles)" -- "$cur"))
        __ltrim_colon_completions "$cur"
      fi ;;
    inspect|run)
      if [[ $cur == -* ]]; then
        local own='--format'
        [[ $command == run ]] && own='--inputs --signature --tags --output-dir --benchmark'
        COMPREPLY=($(compgen -W "$own --tfhub_cache_dir --json $common" -- "$cur"))
      else
        _filedir
        COMPREPLY+=($(compgen -W "$(_tfhub_handles)" -- "$cur"))
        __ltrim_colon_completions "$cur"
      fi ;;
    cache)
      if [[ -z $action || $action == "$cur" ]]; then
        COMPREPLY=($(compgen -W 'dir ls verify rm prune' -- "$cur"))
      elif [[ $cur == -* ]]; then
        local own=
        [[ $action == prune ]] && own='--max-size --older-than --dry-run'
        COMPREPLY=($(compgen -W "$own --tfhub_cache_dir --json $common" -- "$cur"))
      elif [[ $action == rm || $action == verify ]]; then
        COMPREPLY=($(compgen -W "$(_tfhub_handles)" -- "$cur"))
        __ltrim_colon_completions "$cur"
      fi ;;
    docs)
      if [[ -z $action || $action == "$cur" ]]; then
        COMPREPLY=($(compgen -W 'check import' -- "$cur"))
      elif [[ $cur == -* ]]; then
        local own=
        [[ $action == import ]] && own='--store'
        COMPREPLY=($(compgen -W "$own --json $common" -- "$cur"))
      else
        _filedir -d
      fi ;;
    store)
      if [[ -z $action || $action == "$cur" ]]; then
        COMPREPLY=($(compgen -W 'ls verify gc cp upgrade' -- "$cur"))
      elif [[ $cur == -* ]]; then
        local own='--store'
        [[ $action == gc ]] && own='--store --dry-run'
        [[ $action == cp ]] && own=
        COMPREPLY=($(compgen -W "$own --json $common" -- "$cur"))
      elif [[ $action == cp ]]; then
        _filedir -d
      fi ;;
    help)
      COMPREPLY=($(compgen -W 'serve publish resolve pull inspect run cache docs store settings' -- "$cur")) ;;
  esac
}
complete -F _tfhub tfhub
